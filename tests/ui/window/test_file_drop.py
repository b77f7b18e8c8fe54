"""What may be dropped onto the window, and where it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.widgets.drop_hint import DropHint
from flux_desktop.ui.window.file_drop import FileDrop


class Drag:
    """What Qt hands over; its own events can only be made by constructors that it has deprecated."""

    def __init__(self, *paths: Path) -> None:
        self._mime = QMimeData()
        self._mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.accepted = False

    def mimeData(self) -> QMimeData:
        return self._mime

    def acceptProposedAction(self) -> None:
        self.accepted = True


def test_recordings_manifests_tables_and_folders_are_taken(qtbot: QtBot, tmp_path: Path) -> None:
    state, hint, loaded = AppState(), DropHint(QWidget()), list[str]()
    qtbot.addWidget(hint.parentWidget())
    files = FileDrop(state, hint, loaded.append)
    for path in (tmp_path / "a.FLAC", tmp_path / "m.jsonl", tmp_path / "t.tsv", tmp_path):
        drag = Drag(tmp_path / "notes.docx", path)
        files.enter(drag)  # type: ignore[arg-type]
        assert drag.accepted
        assert not hint.isHidden()
        files.drop(drag)  # type: ignore[arg-type]
        assert (loaded.pop(), hint.isHidden()) == (str(path), True)
    files.enter(Drag(tmp_path))  # type: ignore[arg-type]
    files.leave()
    assert hint.isHidden()


def test_other_files_and_drops_during_a_run_are_refused(qtbot: QtBot, tmp_path: Path) -> None:
    state, hint = AppState(), DropHint(QWidget())
    qtbot.addWidget(hint.parentWidget())
    files = FileDrop(state, hint, lambda _: None)
    text, recording = Drag(tmp_path / "notes.docx"), Drag(tmp_path / "a.wav")
    files.enter(text)  # type: ignore[arg-type]
    state.run.phase = RunPhase.RUNNING
    files.enter(recording)  # type: ignore[arg-type]
    assert not text.accepted
    assert not recording.accepted
    assert hint.isHidden()
