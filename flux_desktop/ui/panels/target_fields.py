"""What an experiment of a page streams to and from: the list of endpoints and the menu of data sets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from flux_desktop.reports.probe_text import summary_words
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.chosen_data import BUNDLED, data_name
from flux_desktop.ui.widgets.basics import ElidedLabel, button, plain_tip
from flux_desktop.ui.widgets.name_list import NameList

_FILES = "Manifests and tables (*.jsonl *.json *.csv *.tsv);;All files (*)"


class TargetFields(QWidget):
    """The endpoint is the one that Live uses too; the data set is the page's own.

    Signals:
        data_chosen: another data set was chosen; read `path`.
    """

    data_chosen = Signal()

    def __init__(self, state: AppState, endpoint_name: str, data_tip: str) -> None:
        super().__init__()
        self._state = state
        self.path = ""
        """Of the data set; empty is the bundled one."""
        self.endpoint = NameList(endpoint_name, "The endpoint that Live uses too")
        self.endpoint.activated.connect(lambda _row: self._endpoint_chosen())
        self.data_button = button(BUNDLED, self._data_menu, kind="field", tip=data_tip)
        self.data_button.setAccessibleName(f"Data set: {BUNDLED}")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.probed = ElidedLabel("caption")
        for widget in (self.endpoint, self.probed, self.data_button):
            self.column.addWidget(widget)
        self.refresh()

    def choose_data(self, path: str) -> None:
        """Use another data set; empty is the bundled one."""
        self.path, name = path, data_name(path)
        self.data_button.setText(name)
        self.data_button.setAccessibleName(f"Data set: {name}")
        self.data_button.setToolTip(plain_tip(path or "The data set that comes with the program"))
        self.data_chosen.emit()

    def refresh(self) -> None:
        """List the endpoints; the one that Live uses is selected, with what a probe found."""
        entries = self._state.endpoints.shown()
        names = [entry.name for entry in entries]
        with QSignalBlocker(self.endpoint):
            if names != [self.endpoint.itemData(row) for row in range(self.endpoint.count())]:
                self.endpoint.clear()
                for entry in entries:
                    self.endpoint.addItem(f"{entry.name} · {entry.status}", entry.name)
            self.endpoint.setCurrentIndex(names.index(self._state.endpoint))
        report = self._state.probes.get((self._state.endpoint, self._state.access[1]))
        self.probed.setText("" if report is None else summary_words(report))
        self.probed.setVisible(report is not None)

    def _endpoint_chosen(self) -> None:
        self._state.choices.endpoint = self.endpoint.currentData()
        self._state.changed()

    def _data_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(BUNDLED, lambda: self.choose_data(""))
        menu.addAction("Choose a manifest or table…", lambda: self._ask(QFileDialog.FileMode.ExistingFile))
        menu.addAction("Choose a folder…", lambda: self._ask(QFileDialog.FileMode.Directory))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.data_button.mapToGlobal(self.data_button.rect().bottomLeft()))

    def _ask(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self.window(), "Choose a data set", str(Path.home()), _FILES)
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.choose_data)
        dialog.open()
