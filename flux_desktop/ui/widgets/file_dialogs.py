"""File dialogs; all of them open without blocking the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QIcon, QPalette, QTransform
from PySide6.QtWidgets import QFileDialog, QSplitter, QToolButton, QTreeView, QWidget

from flux_desktop.ui.style import icons

ARROWS = {"backButton": 90, "forwardButton": -90, "toParentButton": 180}
"""Buttons of Qt's own dialog by their names there, with the turn that an arrow pointing down needs, in degrees."""
SIDEBAR_PX = 170


def ask_where(parent: QWidget, conns: list[int], suffix: str, then: Callable[[Path], None]) -> None:
    """Ask for a file for one connection, for a folder for several; `then` gets the answer, if there is one."""
    one = len(conns) == 1
    title = "Save Transcript" if one else "Save All Transcripts to Folder"
    folder = documents_folder()
    dialog = QFileDialog(parent, title, str(folder / f"connection-{conns[0]}.{suffix}" if one else folder))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if one else QFileDialog.AcceptMode.AcceptOpen)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if one else QFileDialog.FileMode.Directory)
    dialog.setDefaultSuffix(suffix if one else "")
    open_dialog(dialog, then)


def ask_session(parent: QWidget, folder: Path, then: Callable[[Path], None]) -> None:
    """Ask for the folder of a past session."""
    dialog = QFileDialog(parent, "Open Session Folder", str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    open_dialog(dialog, then)


def ask_table(parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
    """Ask for the file of a table."""
    dialog = QFileDialog(parent, "Save Table", str(documents_folder() / f"{name}.csv"), "Tables (*.csv)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    open_dialog(dialog, then)


def ask_plot(parent: QWidget, title: str, suffix: str, then: Callable[[Path], None]) -> None:
    """Ask for the file of a plot's picture or table."""
    name = f"{title.lower().replace(' ', '-')}.{suffix}"
    dialog = QFileDialog(parent, f"Save {title}", str(documents_folder() / name), f"*.{suffix}")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    open_dialog(dialog, then)


def ask_export(parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
    """Ask for the file that a session is exported to."""
    dialog = QFileDialog(parent, "Export Session", str(documents_folder() / f"{name}.zip"), "*.zip")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("zip")
    open_dialog(dialog, then)


def ask_comparison(parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
    """Ask for the file of a comparison; its suffix is the format."""
    kinds = "Markdown (*.md);;JUnit (*.xml);;JSON (*.json)"
    dialog = QFileDialog(parent, "Save Comparison", str(documents_folder() / f"{name}.md"), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("md")
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind.partition("*.")[2].rstrip(")")))
    open_dialog(dialog, then)


def ask_import(parent: QWidget, then: Callable[[Path], None]) -> None:
    """Ask for a session that was exported."""
    dialog = QFileDialog(parent, "Import Session", str(documents_folder()), "Exported sessions (*.zip);;All files (*)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    open_dialog(dialog, then)


def documents_folder() -> Path:
    """Where exports are offered first: the user's documents, else the home folder."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
    return folder if folder.is_dir() else Path.home()


def _draw_arrows(dialog: QFileDialog) -> None:
    """Give the buttons of Qt's dialog arrows in the colour of text: its own are black, also on a dark window."""
    colour = dialog.palette().color(QPalette.ColorRole.WindowText).name()
    for name, degrees in ARROWS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(QIcon(icons.pixmap("chevron-down", colour).transformed(QTransform().rotate(degrees))))


def open_dialog(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    """Open a dialog that is deleted when it is closed; `then` gets the answer, if there is one."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.resize(860, 540)
    tree = dialog.findChild(QTreeView)
    if tree is not None:  # Qt's own dialog, which is used where the desktop has none
        for column, width_px in enumerate((310, 90, 110, 150)):
            tree.header().resizeSection(column, width_px)
        _draw_arrows(dialog)
        for splitter in dialog.findChildren(QSplitter):
            splitter.setSizes([SIDEBAR_PX, dialog.width() - SIDEBAR_PX])
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
