"""File dialogs; all of them open without blocking the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(parent: QWidget, conns: list[int], suffix: str, then: Callable[[Path], None]) -> None:
    """Ask for a file for one connection, for a folder for several; `then` gets the answer, if there is one."""
    one = len(conns) == 1
    title = "Save Transcript" if one else "Save All Transcripts to Folder"
    dialog = QFileDialog(parent, title, f"connection-{conns[0]}.{suffix}" if one else "")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if one else QFileDialog.AcceptMode.AcceptOpen)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if one else QFileDialog.FileMode.Directory)
    dialog.setDefaultSuffix(suffix if one else "")
    _open(dialog, then)


def ask_session(parent: QWidget, folder: Path, then: Callable[[Path], None]) -> None:
    """Ask for the folder of a past session."""
    dialog = QFileDialog(parent, "Open Session Folder", str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    _open(dialog, then)


def _open(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
