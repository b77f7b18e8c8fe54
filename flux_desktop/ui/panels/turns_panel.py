"""The turns that a setting cuts off, misses, or keeps waiting longest, to read and to listen to."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QListView, QTabBar

from flux_desktop.base.amounts import amount
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.models.tune_turns import Playable, TurnEntry, TurnLists, TurnOrder, ordered
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.tune_turn import ENTRY_ROLE, TuneTurnDelegate
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, button, label
from flux_desktop.ui.widgets.legend import Entry, Legend

AnyIndex = QModelIndex | QPersistentModelIndex
_EMPTY = (
    "No turn is cut off at this setting.",
    "No turn is missed at this setting.",
    "No turn was ended at this setting.",
)
_TABS = (
    ("Cut off", "Turns that are ended before the speaker has finished"),
    ("Missed", "Turns that nothing ends within 3 s of their end"),
    ("Waits", "Turns that wait longest for their end"),
)
NO_RECORDING = "The turns that a setting cuts off are listed here once recorded, with a button to listen to each."
ORDER_TIP = (
    "Worst first: cut off after the shortest silence, or waiting longest. By hold: those with the longest pause first."
)
PLAY_TIP = "Space, Enter or the round button plays the turn."


class _TurnRows(QAbstractListModel):
    """The entries of the front list."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: tuple[TurnEntry, ...] = ()

    def show_entries(self, entries: tuple[TurnEntry, ...]) -> bool:
        """Show these; returns whether they are others than before."""
        if entries == self.entries:
            return False
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()
        return True

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return entry.sentence
        return None


class TurnCardView(QListView):
    """The cards; Space and Enter play the selected one.

    Signals:
        play_wanted: carries the `TurnEntry` to play, or to stop if it is being played.
    """

    play_wanted = Signal(object)

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self.setAccessibleName("Turns at this setting")
        self.rows = _TurnRows(self)
        self.cards = TuneTurnDelegate(theme, self)
        self.setModel(self.rows)
        self.setItemDelegate(self.cards)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.verticalScrollBar().setSingleStep(24)
        theme.changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.currentIndex().data(ENTRY_ROLE)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and entry is not None:
            self.play_wanted.emit(entry)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            card = self.cards.card_box(QRectF(self.visualRect(index)))
            if self.cards.button_box(card).adjusted(-4, -4, 4, 4).contains(event.position()):
                self.play_wanted.emit(index.data(ENTRY_ROLE))


class TurnsPanel(Panel):
    """Three lists of turns at the setting.

    Signals:
        shapes_wanted: entries that came to the front, whose recordings may have to be read.
        export_wanted: all turns are to be saved.
    """

    shapes_wanted = Signal(object)
    export_wanted = Signal()

    def __init__(self, theme: ThemeSource, model: TuneModel) -> None:
        self.export_button = button(
            "Export…",
            lambda: self.export_wanted.emit(),
            kind="link",
            tip="Save every turn at this setting as a table (CSV): outcome, decision, silence, wait and text",
        )
        super().__init__("Turns at this setting", "", self.export_button)
        self._model = model
        self._lists = TurnLists()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Which turns")
        self.tabs.setProperty("kind", "deck")
        self.tabs.setExpanding(False)
        for words, meaning in _TABS:
            self.tabs.setTabToolTip(self.tabs.addTab(words), meaning)
        self.tabs.currentChanged.connect(lambda _index: self._show_front())
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the turns")
        self.order.setToolTip(ORDER_TIP)
        self.order.addItems([order.value for order in TurnOrder])
        self.order.activated.connect(lambda _row: self._show_front())
        self.listed = ElidedLabel("caption")
        row = QHBoxLayout()
        row.addWidget(self.listed, 1)
        row.addWidget(self.order)
        self.cards = TurnCardView(theme)
        self.empty = label(NO_RECORDING, "muted", wrap=True)
        self.trouble = label("", "warn", wrap=True)
        self.trouble.hide()
        self.legend = Legend(theme)
        self.legend.show_entries(
            (
                Entry("hold", "border"),
                Entry("eager", "eager"),
                Entry("decision", "danger", Qt.PenStyle.SolidLine),
                Entry("true end", "ok", Qt.PenStyle.SolidLine),
            )
        )
        self.legend.setToolTip(PLAY_TIP)
        self.body.addWidget(self.tabs)
        self.body.addLayout(row)
        for widget in (self.empty, self.cards, self.trouble, self.legend):
            self.body.addWidget(widget, 1 if widget is self.cards else 0)
        self.body.addStretch()
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        details = self._model.details
        known = details is not None
        for widget in (self.tabs, self.legend, self.export_button):
            widget.setVisible(known)
        if details is not None and details.lists is not self._lists:
            self._lists = details.lists
            self.tabs.setTabText(0, f"Cut off {self._lists.cut_off_count}")
            self.tabs.setTabText(1, f"Missed {self._lists.missed_count}")
        self._show_front()

    def show_shapes(self, shapes: dict[str, WavShape]) -> None:
        """Draw the loudness of these recordings."""
        self.cards.cards.shapes.update(shapes)
        self.cards.viewport().update()

    def show_playing(self, entry: Playable | None, position_s: float | None) -> None:
        """Move the playhead, in seconds of the clip; None where nothing is played."""
        cards = self.cards.cards
        if (entry, position_s) != (cards.playing, cards.position_s):
            cards.playing, cards.position_s = entry, position_s
            self.cards.viewport().update()

    def show_trouble(self, words: str, *, can_play: bool) -> None:
        """Say why nothing can be heard; empty if it can."""
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))
        self.cards.cards.can_play = can_play
        self.cards.setToolTip(PLAY_TIP if can_play else words)
        self.cards.viewport().update()

    def _show_front(self) -> None:
        front = self.tabs.currentIndex()
        lists = self._lists
        listed = (lists.cut_off, lists.missed, lists.longest)[front]
        total = (lists.cut_off_count, lists.missed_count, lists.longest_count)[front]
        entries = ordered(listed, TurnOrder(self.order.currentText()))
        if self.cards.rows.show_entries(entries) and entries:
            self.shapes_wanted.emit(entries)
        known = self._model.details is not None
        self.cards.setVisible(known and bool(entries))
        for widget in (self.order, self.listed):
            widget.setVisible(known and bool(entries))
        turns = amount(total, "turn")
        self.listed.setText(turns if len(entries) == total else f"{len(entries):,} of {turns}; export has all")
        self.empty.setVisible(not entries)
        self.empty.setText(_EMPTY[front] if known else NO_RECORDING)
