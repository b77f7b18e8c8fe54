"""The clips of a data set: a list, and of the selected one its waveform, reference text, turns and holds."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QListWidget,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.clip_table import HEADINGS, TEXT_COLUMN, details, matching, row
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.models.sound import WavShape, read_clip_shape
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S
from flux_desktop.ui.views.waveform import Waveform
from flux_desktop.ui.widgets.basics import label, plain_tip, set_role
from flux_desktop.ui.widgets.legend import Entry, Legend
from flux_desktop.ui.widgets.search_field import SearchField

GROUP = "clip"
ROW_PX = 26
WAVEFORM_PX = 96
_WIDTHS_PX = (190, 64, 52, 52)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_LEGEND = (Entry("turn", "accent_soft"), Entry("hold: a pause that does not end the turn", "border"))

AnyIndex = QModelIndex | QPersistentModelIndex


class ClipRows(QAbstractTableModel):
    """Rows are the clips that match the search; only what is in view is asked for."""

    def __init__(self, shape: DataSetShape) -> None:
        super().__init__()
        self._shape = shape
        self.shown = matching(shape, "")

    def search(self, words: str) -> None:
        """Show the clips with these words only."""
        self.beginResetModel()
        self.shown = matching(self._shape, words)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if 0 < section < TEXT_COLUMN else _LEFT
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return row(self._shape, self.shown[index.row()])[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and 0 < index.column() < TEXT_COLUMN:
            return _RIGHT
        return None


class ClipsDialog(QDialog):
    """Open it with `open()`: it never blocks the window. The waveform is read in the background."""

    def __init__(self, parent: QWidget, theme: ThemeSource, shape: DataSetShape, tasks: UiTasks) -> None:
        super().__init__(parent)
        self.setWindowTitle("Clips of the data set")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 620)
        self._shape = shape
        self._tasks = tasks
        self.rows = ClipRows(shape)
        self.search = SearchField("Search names and texts", "Search names and texts of clips")
        self.search.textChanged.connect(self._search)
        self.table = self._make_table()
        self.clip_view = ClipView(theme)
        upper = QWidget()
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(SPACE_S)
        above.addWidget(self.search)
        above.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(self.clip_view)
        split.setStretchFactor(0, 1)
        split.setSizes([300, 240])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        title = label(shape.name, "title")
        title.setToolTip(plain_tip(str(shape.path)))
        layout.addWidget(title)
        facts = " · ".join(filter(None, (shape.facts(), shape.contents(), shape.problems())))
        layout.addWidget(label(facts, "muted", wrap=True))
        layout.addWidget(self._with_problems(split) if shape.bad else split, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.finished.connect(lambda _result: tasks.cancel(GROUP))
        self.table.selectRow(0)
        self.table.setFocus()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setAccessibleName("Clips")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setStretchLastSection(True)
        for column, width_px in enumerate(_WIDTHS_PX):
            table.setColumnWidth(column, width_px)
        table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show(now.row()))
        return table

    def _with_problems(self, clips: QWidget) -> QWidget:
        problems = QListWidget()
        problems.setAccessibleName("Entries that cannot be used")
        problems.setWordWrap(True)
        problems.addItems([f"{entry.where}: {entry.why}" for entry in self._shape.bad])
        pages = QStackedWidget()
        tabs = QTabBar()
        tabs.setExpanding(False)
        tabs.setAccessibleName("Clips, or entries that cannot be used")
        for page, name in (
            (clips, f"Clips ({len(self._shape.clips)})"),
            (problems, f"Cannot be used ({len(self._shape.bad)})"),
        ):
            pages.addWidget(page)
            tabs.addTab(name)
        tabs.currentChanged.connect(pages.setCurrentIndex)
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(tabs)
        column.addWidget(pages, 1)
        return both

    def _search(self, words: str) -> None:
        self.rows.search(words)
        if self.rows.shown:
            self.table.selectRow(0)
        else:
            self.clip_view.clear()

    def _show(self, place: int) -> None:
        if not 0 <= place < len(self.rows.shown):
            return
        clip = self._shape.clips[self.rows.shown[place]]
        self.clip_view.show_clip(clip)
        self._tasks.start(
            f"reading {clip.path.name}", self._read(clip), group=GROUP, exclusive=True, on_problem=self.clip_view.fail
        )

    async def _read(self, clip: Clip) -> None:
        work = partial(read_clip_shape, clip, self._shape.channel)
        self.clip_view.show_shape(await file_work(f"Reading {clip.path.name}", work))


class ClipView(QWidget):
    """One clip."""

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self.waveform = Waveform(theme)
        self.waveform.setFixedHeight(WAVEFORM_PX)
        self.waveform.setAccessibleName("Waveform of the clip")
        self.facts = label("", "caption", wrap=True)
        self.turns = QListWidget()
        self.turns.setAccessibleName("Reference turns of the clip")
        self.turns.setWordWrap(True)
        self._legend = Legend(theme)
        self._legend.show_entries(_LEGEND)
        self._clip: Clip | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.waveform)
        column.addWidget(self._legend)
        column.addWidget(self.facts)
        column.addWidget(self.turns, 1)

    def clear(self) -> None:
        """Show nothing."""
        self._clip = None
        self.waveform.set_shape(None)
        self.turns.clear()
        self._say("No clip matches.")

    def show_clip(self, clip: Clip) -> None:
        """Show what is stated of a clip."""
        self._clip = clip
        self.waveform.set_shape(None)
        self._legend.setVisible(bool(clip.turns or clip.holds))
        self._say(details(clip))
        self.turns.clear()
        for turn in clip.turns:
            self.turns.addItem(f"{turn.start_s:.2f} to {turn.end_s:.2f} s   {turn.text}")
        if not clip.turns:
            self.turns.addItem(clip.text or "The data set has no reference text for this clip.")

    def show_shape(self, shape: WavShape) -> None:
        """Show the waveform, with the turns and holds of the clip."""
        self.waveform.set_shape(shape)
        if self._clip is not None:
            turns = [(turn.start_s, turn.end_s) for turn in self._clip.turns]
            self.waveform.set_marks(turns, [(hold.start_s, hold.end_s) for hold in self._clip.holds])
            stated = details(self._clip)
            self._say(" · ".join(filter(None, (shape.describe(), stated))))

    def fail(self, problem: Problem) -> None:
        """Say why the recording cannot be shown."""
        self._say(problem.sentence(), "warn")

    def _say(self, words: str, role: str = "caption") -> None:
        self.facts.setText(words)
        set_role(self.facts, role)
