"""File dialogs; all of them open without blocking the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(parent: QWidget, conns: list[int], suffix: str, then: Callable[[Path], None]) -> None:
    """Ask for a file for one connection, for a folder for several; `then` gets the answer, if there is one."""
    one = len(conns) == 1
    title = "Save Transcript" if one else "Save All Transcripts to Folder"
    folder = documents_folder()
    dialog = QFileDialog(parent, title, str(folder / f"connection-{conns[0]}.{suffix}" if one else folder))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if one else QFileDialog.AcceptMode.AcceptOpen)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if one else QFileDialog.FileMode.Directory)
    dialog.setDefaultSuffix(suffix if one else "")
    _open(dialog, then)


def ask_session(parent: QWidget, folder: Path, then: Callable[[Path], None]) -> None:
    """Ask for the folder of a past session."""
    dialog = QFileDialog(parent, "Open Session Folder", str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    _open(dialog, then)


def ask_plot(parent: QWidget, title: str, suffix: str, then: Callable[[Path], None]) -> None:
    """Ask for the file of a plot's picture or table."""
    name = f"{title.lower().replace(' ', '-')}.{suffix}"
    dialog = QFileDialog(parent, f"Save {title}", str(documents_folder() / name), f"*.{suffix}")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    _open(dialog, then)


def documents_folder() -> Path:
    """Where exports are offered first: the user's documents, else the home folder."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
    return folder if folder.is_dir() else Path.home()


def _open(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
