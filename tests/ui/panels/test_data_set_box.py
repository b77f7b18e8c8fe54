"""The data set's part of the sound panel."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from flux_desktop.datasets.clip import BadEntry, Clip
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import FRESH, OWN, DataSetShape
from flux_desktop.ui.panels.data_set_box import DataSetBox


def shape(bad: int = 0) -> DataSetShape:
    entries = tuple(BadEntry(where=f"line {n}", why="It names no audio file.") for n in range(bad))
    return DataSetShape(Path("/data/calls"), (Clip(path=Path("a.wav")),), (60.0,), 1, entries)


def test_the_data_set_and_its_problems(qtbot: QtBot) -> None:
    state = AppState()
    box = DataSetBox(state)
    qtbot.addWidget(box)
    box.show_choices()
    state.data_set = shape(bad=14)
    box.show_choices()
    assert (box._name.text(), box._facts.text(), box._contents.text()) == (
        "calls",
        "1 clip · 1.0 min",
        "no reference text",
    )
    assert "14 of 15 entries" in box.problems.text()
    assert not box.problems.isHidden()
    assert "line 11: It names no audio file.\nand 2 more" in box.problems.toolTip()
    state.data_set = shape()
    box.show_choices()
    assert box.problems.isHidden()


def test_how_clips_are_sent_is_chosen_and_kept(qtbot: QtBot) -> None:
    state = AppState()
    box = DataSetBox(state)
    qtbot.addWidget(box)
    changes: list[None] = []
    state.listen(lambda: changes.append(None))
    assert box.assignment.currentData() == OWN
    box.assignment.setCurrentIndex(box.assignment.findData(FRESH))
    box.assignment.activated.emit(1)
    assert (state.choices.assignment, len(changes)) == (FRESH, 1)
    box.set_locked(True)
    assert not box.assignment.isEnabled()
    assert box.inspect_button.isEnabled(), "clips can be looked at during a run"
