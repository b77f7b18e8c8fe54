"""The microphone in the sound panel: the list, the choice, and which remark goes first."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.microphone import LOOKING, SYSTEM_DEFAULT
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.services.test_device_watch import device

LISTING = Problem(code="listing", what="LISTING.")
TROUBLE = Problem(code="trouble", what="TROUBLE.")


class Bench:
    """A box over microphones that the test plugs in."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.state = AppState()
        self.box = MicrophoneBox(theme, self.state)
        qtbot.addWidget(self.box)

    def plug(self, *names: str, problem: Problem | None = None) -> None:
        self.state.microphones.devices = [device(index, name) for index, name in enumerate(names)]
        self.state.microphones.listed = True
        self.box.refresh(problem)

    @property
    def listed(self) -> list[str]:
        return [self.box.device.itemData(row) for row in range(self.box.device.count())]

    @property
    def remark(self) -> tuple[str, str]:
        return self.box.words.text(), self.box.words.property("role")


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_devices_are_listed_below_the_systems_default(bench: Bench) -> None:
    assert bench.listed == [SYSTEM_DEFAULT]
    bench.plug("Built-in", "USB")
    assert bench.listed == [SYSTEM_DEFAULT, "Built-in", "USB"]


def test_a_persons_choice_is_stored_and_a_refresh_is_none(bench: Bench) -> None:
    changes: list[None] = []
    bench.state.listen(lambda: changes.append(None))
    bench.plug("Built-in", "USB")
    assert changes == []
    bench.box.device.setCurrentIndex(2)
    assert bench.state.microphones.chosen == "USB"
    assert len(changes) == 1


def test_the_choice_stays_while_its_device_is_disconnected(bench: Bench) -> None:
    bench.plug("Built-in", "USB")
    bench.box.device.setCurrentIndex(2)
    bench.plug("Built-in")
    assert bench.box.device.currentData() == "USB"
    bench.plug("Other", "Built-in", "USB")
    assert bench.box.device.currentData() == "USB"


def test_a_choice_made_elsewhere_is_shown(bench: Bench) -> None:
    bench.plug("Built-in", "USB")
    bench.state.microphones.chosen = "USB"
    bench.state.microphones.go_on_when_lost = True
    bench.state.changed()
    assert bench.box.device.currentData() == "USB"
    assert bench.box.lost.isChecked()


def test_what_happens_on_a_loss_is_stored(bench: Bench) -> None:
    bench.box.lost.setChecked(True)
    assert bench.state.microphones.go_on_when_lost
    bench.box.lost.setChecked(False)
    assert not bench.state.microphones.go_on_when_lost


def test_the_most_basic_problem_is_the_one_that_is_shown(bench: Bench) -> None:
    bench.box.refresh(None)
    assert bench.remark == (LOOKING, "caption")
    bench.plug()
    none, role = bench.remark
    assert role == "warn"
    bench.plug("USB")
    usual, role = bench.remark
    assert role == "caption"
    bench.box.set_trouble(TROUBLE)
    assert bench.remark == (TROUBLE.sentence(), "warn")
    bench.state.microphones.chosen = "Gone"
    bench.box.refresh(None)
    disconnected, role = bench.remark
    assert role == "warn"
    bench.box.refresh(LISTING)
    assert bench.remark == (LISTING.sentence(), "warn")
    assert len({none, usual, disconnected, TROUBLE.sentence(), LISTING.sentence()}) == 5
    bench.state.microphones.chosen = SYSTEM_DEFAULT
    bench.box.refresh(None)
    bench.box.set_trouble(None)
    assert bench.remark == (usual, "caption")
