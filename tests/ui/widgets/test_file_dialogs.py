"""File dialogs: a file for one transcript, a folder for several; nothing blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton, QWidget

from flux_desktop.ui.widgets.file_dialogs import ARROWS, ask_comparison, ask_session, ask_where


@pytest.fixture
def parent(qapp: QApplication) -> Iterator[QWidget]:
    native = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QCoreApplication.setAttribute(native)
    parent = QWidget()
    yield parent
    for dialog in parent.findChildren(QFileDialog):
        dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert parent.findChildren(QFileDialog) == [], "a closed dialog is deleted"
    QCoreApplication.setAttribute(native, False)
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def dialog_of(parent: QWidget) -> QFileDialog:
    (dialog,) = parent.findChildren(QFileDialog)
    assert dialog.isVisible(), "it is open, and the call has returned"
    return dialog


def test_one_transcript_is_saved_as_a_file_with_its_format(parent: QWidget) -> None:
    answers: list[Path] = []
    ask_where(parent, [3], "srt", answers.append)
    dialog = dialog_of(parent)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.fileMode() is QFileDialog.FileMode.AnyFile
    assert dialog.defaultSuffix() == "srt"
    assert Path(dialog.selectedFiles()[0]).name == "connection-3.srt"
    dialog.fileSelected.emit("/some/where.srt")
    assert answers == [Path("/some/where.srt")]


def test_several_transcripts_go_into_a_folder(parent: QWidget) -> None:
    answers: list[Path] = []
    ask_where(parent, [1, 2], "srt", answers.append)
    dialog = dialog_of(parent)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptOpen
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    assert dialog.defaultSuffix() == ""
    dialog.reject()
    assert answers == [], "without an answer nothing follows"


def test_a_session_is_a_folder(parent: QWidget, tmp_path: Path) -> None:
    answers: list[Path] = []
    ask_session(parent, tmp_path, answers.append)
    dialog = dialog_of(parent)
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.fileSelected.emit(str(tmp_path / "one"))
    assert answers == [tmp_path / "one"]


def test_a_comparison_is_saved_in_the_format_that_is_chosen(parent: QWidget) -> None:
    ask_comparison(parent, "a-b", lambda _path: None)
    dialog = dialog_of(parent)
    assert Path(dialog.selectedFiles()[0]).name == "a-b.md"
    for kind, suffix in (("JUnit (*.xml)", "xml"), ("JSON (*.json)", "json"), ("Markdown (*.md)", "md")):
        dialog.filterSelected.emit(kind)
        assert dialog.defaultSuffix() == suffix


def _distance(one: QColor, other: QColor) -> int:
    return max(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


@pytest.fixture
def red_text(qapp: QApplication) -> Iterator[None]:
    before, palette = qapp.palette(), qapp.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#ff0000"))
    qapp.setPalette(palette)
    yield
    qapp.setPalette(before)


@pytest.mark.usefixtures("red_text")
def test_its_arrows_have_the_colour_of_text(parent: QWidget, tmp_path: Path) -> None:
    ask_session(parent, tmp_path, lambda _path: None)
    text = dialog_of(parent).palette().color(QPalette.ColorRole.WindowText)  # a style sheet may have its own
    for name in ARROWS:
        button = dialog_of(parent).findChild(QToolButton, name)
        assert button is not None
        drawn = button.icon().pixmap(16, 16, QIcon.Mode.Normal).toImage()
        places = [(x, y) for x in range(drawn.width()) for y in range(drawn.height())]
        painted = [drawn.pixelColor(*place) for place in places if drawn.pixelColor(*place).alpha() > 100]
        assert painted
        assert all(_distance(colour, text) < 30 for colour in painted)
