"""The clips of a data set, inspected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.base.problem import Problem
from flux_desktop.datasets.clip import BadEntry, Clip, Span
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.panels.clips_dialog import ClipsDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.conftest import until


@pytest.fixture
def shape(tmp_path: Path) -> DataSetShape:
    soundfile.write(tmp_path / "a.wav", np.repeat(np.array([0, 9000], np.int16), 8_000), 16_000)
    turn = SpokenTurn(text="Hello there.", start_s=0.5, end_s=0.9)
    clips = (
        Clip(path=tmp_path / "a.wav", turns=(turn,), text="Hello there.", holds=(Span(start_s=0.6, end_s=0.7),)),
        Clip(path=tmp_path / "a.wav", offset_s=0.5, duration_s=0.25),
        Clip(path=tmp_path / "gone.wav", text="Lost."),
    )
    bad = (BadEntry(where="line 9", why="It names no audio file."),)
    return DataSetShape(tmp_path, clips, (1.0, 0.25, None), 3, bad)


async def test_the_selected_clip_is_shown_with_its_sound_and_truth(
    qtbot: QtBot, theme: ThemeSource, shape: DataSetShape
) -> None:
    problems: list[Problem] = []
    tasks = UiTasks(problems.append)
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ClipsDialog(window, theme, shape, tasks)
    dialog.open()
    view = dialog.clip_view
    await until(lambda: view.waveform._shape is not None, "the first clip is read")
    assert (view.waveform._turns, view.waveform._holds) == ([(0.5, 0.9)], [(0.6, 0.7)])
    assert view.turns.item(0).text() == "0.50 to 0.90 s   Hello there."
    assert "1.0 s · 16 kHz · mono" in view.facts.text()
    dialog.table.selectRow(1)
    assert view.waveform._shape is None, "the last clip's waveform is not shown under another name"
    await until(lambda: view.waveform._shape is not None, "the second clip is read")
    assert view.waveform._shape is not None
    assert view.waveform._shape.duration_s == 0.25
    assert view.waveform._shape.peaks.min() > 0.2, "the silent part of the file is not in the clip"
    assert "no reference text" in view.turns.item(0).text()
    dialog.table.selectRow(2)
    await until(lambda: "does not exist" in view.facts.text(), "the problem is named")
    assert not problems, "it is said where the clip is shown"
    dialog.search.setText("HELLO")
    assert [dialog.rows.data(dialog.rows.index(0, n)) for n in range(5)] == ["a.wav", "1.0 s", "1", "1", "Hello there."]
    assert dialog.rows.headerData(1, Qt.Orientation.Horizontal) == "Length"
    dialog.search.setText("nothing")
    assert (dialog.rows.rowCount(), view.facts.text()) == (0, "No clip matches.")
    listed = [each for each in dialog.findChildren(QListWidget) if each.accessibleName().startswith("Entries")]
    assert listed[0].item(0).text() == "line 9: It names no audio file."
    dialog.reject()
    await tasks.close()
