"""Presets: chosen, saved under a name, renamed, deleted; the one in use is marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QWidget

from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.presets import PRESETS, ParameterSet
from flux_desktop.ui.panels.preset_menu import PresetMenu


class Bench:
    """A menu over a state of the test's own."""

    def __init__(self) -> None:
        self.parent = QWidget()
        self.menu = QMenu(self.parent)
        self.state = AppState()
        self.applied: list[ParameterSet] = []
        self.presets = PresetMenu(self.parent, self.state, self.applied.append)

    def action(self, beginning: str):  # type: ignore[no-untyped-def]
        self.presets.fill(self.menu)
        return next(action for action in self.menu.actions() if action.text().startswith(beginning))

    @property
    def checked(self) -> list[str]:
        self.presets.fill(self.menu)
        return [action.text().partition(":")[0] for action in self.menu.actions() if action.isChecked()]


@pytest.fixture
def bench(qapp: QApplication) -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_preset_in_use_is_marked(bench: Bench) -> None:
    assert bench.checked == ["Default"]
    bench.state.choices.options = FluxOptions(eot_threshold=0.77)
    assert bench.checked == []


def test_a_preset_is_applied(bench: Bench) -> None:
    bench.action("Low latency").trigger()
    assert bench.applied == [PRESETS[1]]


def test_own_presets_are_saved_renamed_and_deleted(bench: Bench) -> None:
    bench.state.choices.options = FluxOptions(eot_threshold=0.77, eager_eot_threshold=0.5, eot_timeout_ms=4000)
    bench.action("Save Current").trigger()
    (dialog,) = bench.parent.findChildren(QInputDialog)
    dialog.textValueSelected.emit("  Call\ncentre ")
    dialog.reject()
    assert bench.state.choices.presets == [ParameterSet("Call centre", 0.77, 0.5, 4000)]
    assert bench.checked == ["Call centre"]
    bench.presets.rename("Call centre", "Support")
    assert [preset.name for preset in bench.state.choices.presets] == ["Support"]
    bench.action("Delete Preset").menu().actions()[0].trigger()
    assert bench.state.choices.presets == []
    assert not bench.action("Delete Preset").menu().isEnabled()


@pytest.mark.parametrize("name", ["", "  ", "Default"])
def test_names_that_cannot_be_used_change_nothing(bench: Bench, name: str) -> None:
    bench.presets.save(name)
    assert bench.state.choices.presets == []
    bench.presets.save("Mine")
    bench.presets.rename("Mine", name)
    assert [preset.name for preset in bench.state.choices.presets] == ["Mine"]


def test_saving_under_the_same_name_replaces(bench: Bench) -> None:
    bench.presets.save("Mine")
    bench.state.choices.options = FluxOptions(eot_threshold=0.9)
    bench.presets.save("Mine")
    assert [preset.eot_threshold for preset in bench.state.choices.presets] == [0.9]
