"""A against B: two settings or two endpoints, run live on the same clips; differences listed side by side."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QListView, QVBoxLayout, QWidget

from flux_desktop.evaluation.comparing.paired import ArmComparison, Primary
from flux_desktop.ui.models.tune_ab import TurnPair, comparison_lines
from flux_desktop.ui.models.tune_turns import Playable
from flux_desktop.ui.panels.arm_column import ArmColumn
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.views.tune_pair import TunePairDelegate
from flux_desktop.ui.views.tune_turn import ENTRY_ROLE, AnyIndex
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label
from flux_desktop.ui.widgets.legend import Entry, Legend

EXPLANATION = (
    "Every clip is streamed twice with A and twice with B, in the order A B B A. One figure decides, named in advance: "
    "the wait, where a difference within 50 ms does not matter, or the share of turns that are cut off, where 2 points "
    "do not. The two passes of A show which differences are mere noise. Turns that A and B transcribed or ended "
    "differently are then listed here."
)
FIGURES = (("Wait decides", Primary.WAIT), ("Cut-offs decide", Primary.CUT_OFFS))
CURRENT, THIS = "Current", "This setting"
NOTHING_DIFFERS = "Both arms transcribed the same words and ended every turn at the same time."


class _PairRows(QAbstractListModel):
    """The pairs of a comparison."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pairs: tuple[TurnPair, ...] = ()

    def show_pairs(self, pairs: tuple[TurnPair, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self._pairs = pairs
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._pairs)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._pairs):
            return None
        pair = self._pairs[index.row()]
        if role == ENTRY_ROLE:
            return pair
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return pair.sentence
        return None


class PairList(QListView):
    """The pairs; Space, Enter and the round button play one.

    Signals:
        play_wanted: carries the `TurnPair`.
    """

    play_wanted = Signal(object)

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self.setAccessibleName("Turns that A and B transcribed or ended differently")
        self.rows, self.pairs = _PairRows(self), TunePairDelegate(theme, self)
        self.setModel(self.rows)
        self.setItemDelegate(self.pairs)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        theme.changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pair = self.currentIndex().data(ENTRY_ROLE)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and pair is not None:
            self.play_wanted.emit(pair)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index: QModelIndex = self.indexAt(event.position().toPoint())
        if index.isValid() and self.pairs.button_box(QRectF(self.visualRect(index))).contains(event.position()):
            self.play_wanted.emit(index.data(ENTRY_ROLE))


class AgainstView(QWidget):
    """What is compared and at what cost, the result, and the turns that differ.

    Signals:
        compare_wanted: the button.
        changed: the user chose other arms; read `a` and `b`.
    """

    compare_wanted = Signal()
    changed = Signal()

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S - 2)
        self.a, self.b = ArmColumn("A", CURRENT), ArmColumn("B", THIS)
        arms = QHBoxLayout()
        arms.setSpacing(SPACE_M)
        for arm in (self.a, self.b):
            arm.changed.connect(self.changed)
            arms.addWidget(arm, 1)
        column.addLayout(arms)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        self.button = button("Compare live", self.compare_wanted.emit, tip=EXPLANATION)
        self.figure = QComboBox()
        self.figure.setAccessibleName("Primary figure")
        self.figure.setToolTip("The figure that decides, named before the comparison runs")
        self.figure.addItems([name for name, _ in FIGURES])
        self.cost = ElidedLabel("caption")
        foot.addWidget(self.button)
        foot.addWidget(self.figure)
        foot.addWidget(self.cost, 1)
        column.addLayout(foot)
        self.progress = WorkBar("comparison of A with B")
        column.addWidget(self.progress)
        self.verdict, self.figures = label("", "strong", wrap=True), label("", "caption", wrap=True)
        self.list = PairList(theme)
        self.empty = label(EXPLANATION, "muted", wrap=True)
        for widget in (self.verdict, self.figures, self.empty):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        self.legend = Legend(theme)
        self.legend.show_entries(
            (
                Entry("hold", "border"),
                Entry("eager", "eager"),
                Entry("decision of one arm", "danger", Qt.PenStyle.SolidLine),
                Entry("of both", "muted", Qt.PenStyle.SolidLine),
                Entry("true end", "ok", Qt.PenStyle.SolidLine),
                Entry("word of one arm", "warn", Qt.PenStyle.SolidLine),
            )
        )
        column.addWidget(self.legend)
        column.addStretch()
        self.show_outcome(None, ())

    @property
    def primary(self) -> Primary:
        """The figure that decides."""
        return FIGURES[self.figure.currentIndex()][1]

    def show_offer(self, *, enabled: bool, editable: bool, cost: str) -> None:
        """Show whether the arms can be compared, and the cost or the progress."""
        self.button.setEnabled(enabled)
        for widget in (self.a, self.b, self.figure):
            widget.setEnabled(editable)
        self.cost.setText(cost)

    def show_outcome(self, comparison: ArmComparison | None, pairs: tuple[TurnPair, ...], arms: str = "") -> None:
        """Show a comparison; None before the first one. `arms` says what was compared."""
        known = comparison is not None
        self.verdict.setText("" if comparison is None else comparison.sentence)
        self.figures.setText("" if comparison is None else "\n".join([arms, *comparison_lines(comparison)]))
        for widget in (self.verdict, self.figures):
            widget.setVisible(known)
        self.list.rows.show_pairs(pairs)
        self.list.setVisible(bool(pairs))
        self.legend.setVisible(bool(pairs))
        self.empty.setVisible(not pairs)
        self.empty.setText(NOTHING_DIFFERS if known else EXPLANATION)

    def show_playing(self, entry: Playable | None, position_s: float | None) -> None:
        """Move the playhead of both columns, in seconds of the clip; None where nothing is played."""
        pairs = self.list.pairs
        if (entry, position_s) != (pairs.playing, pairs.position_s):
            pairs.playing, pairs.position_s = entry, position_s
            self.list.viewport().update()

    def show_trouble(self, words: str, *, can_play: bool) -> None:
        """Say on the list why nothing can be heard; empty if it can."""
        self.list.pairs.can_play = can_play
        self.list.setToolTip(words)
        self.list.viewport().update()
