"""One figure of a comparison: both values, the change in percent with its interval around 0, and the finding."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from flux_desktop.evaluation.comparing.comparison import ChangeFinding, Compared
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S, Theme
from flux_desktop.ui.widgets.basics import ElidedLabel, label, plain_tip

PLOT_PX = 66
_WORDS = {
    ChangeFinding.BETTER: "better",
    ChangeFinding.WORSE: "worse",
    ChangeFinding.SAME: "no difference",
    ChangeFinding.UNDECIDED: "undecided",
}


_SHORT = (
    ("Update latency (user clock)", "Update"),
    ("Update latency (wire clock)", "Wire clock"),
    ("End-of-turn delivery", "Delivery"),
    ("Connections completed", "Completed"),
)


def short(words: str) -> str:
    """The names of figures without what the tips say."""
    for long, brief in _SHORT:
        words = words.replace(long, brief)
    return words


def value_words(figure: Compared, estimate: Estimate) -> str:
    """A value with its unit."""
    return "not known" if estimate.value is None else f"{estimate.value:.1f} {figure.unit}"


def tip(figure: Compared) -> str:
    """All that is known of the change."""
    sides = [
        f"{name}: {value_words(figure, each)} (n = {each.n:,})"
        for name, each in (("Base", figure.base), ("New", figure.new))
    ]
    return ". ".join([figure.label.capitalize(), *sides, figure.sentence().capitalize()]) + "."


def colour(finding: ChangeFinding, theme: Theme) -> str:
    """Of a finding."""
    return {ChangeFinding.BETTER: theme.ok, ChangeFinding.WORSE: theme.danger, ChangeFinding.UNDECIDED: theme.warn}.get(
        finding, theme.muted
    )


class ChangePlot(QWidget):
    """The interval of a change, in percent of the base, on a scale that all rows share."""

    def __init__(self, theme: ThemeSource, figure: Compared, reach_percent: float) -> None:
        super().__init__()
        self._theme, self._figure, self._reach = theme, figure, reach_percent
        self.setFixedWidth(PLOT_PX)
        self.setMinimumHeight(24)
        self.setAccessibleName(tip(figure))
        theme.changed.connect(self.update)

    def _x(self, percent: float) -> float:
        share = max(-1.0, min(1.0, percent / self._reach))
        return self.width() / 2 + share * (self.width() / 2 - 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, figure, middle = self._theme.current, self._figure, self.height() / 2
        if figure.allowed is not None and figure.allowed.is_percent:
            edge = self._x(figure.allowed.change)
            zero = self._x(0)
            painter.fillRect(QRectF(min(zero, edge), 0, abs(edge - zero), self.height()), QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(QPointF(self._x(0), 0), QPointF(self._x(0), self.height()))
        change = figure.percent
        ink = QColor(colour(figure.finding, theme))
        painter.setPen(QPen(ink, 1.5))
        if change.low is not None and change.high is not None:
            painter.drawLine(QPointF(self._x(change.low), middle), QPointF(self._x(change.high), middle))
            for end in (change.low, change.high):
                if abs(end) > self._reach:
                    continue  # it ends beyond the scale
                painter.drawLine(QPointF(self._x(end), middle - 4), QPointF(self._x(end), middle + 4))
        if change.value is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(self._x(change.value), middle), 3.5, 3.5)
        painter.end()


class ChangeRow(QWidget):
    """The row."""

    def __init__(self, theme: ThemeSource, figure: Compared, reach_percent: float) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 3, 0, 3)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(0)
        name = ElidedLabel("strong" if figure.allowed is not None else "body")
        name.setText(short(f"{figure.label[:1].upper()}{figure.label[1:]}"))
        values = ElidedLabel("caption")
        values.setText(f"{value_words(figure, figure.base)} → {value_words(figure, figure.new)}")
        word = "fails" if figure.failed else _WORDS[figure.finding]
        role = {ChangeFinding.BETTER: "ok", ChangeFinding.WORSE: "danger", ChangeFinding.UNDECIDED: "warn"}.get(
            figure.finding, "caption"
        )
        finding = label(word, "danger" if figure.failed else role)
        change = label(figure.size(), "caption")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(name, 0, 0)
        grid.addWidget(values, 1, 0)
        grid.addWidget(ChangePlot(theme, figure, reach_percent), 0, 1, 2, 1)
        grid.addWidget(finding, 0, 2, right)
        grid.addWidget(change, 1, 2, right)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, 72)
        for part in (name, values):
            part.setToolTip("")  # that of the row says more
        self.setToolTip(plain_tip(tip(figure)))
        self.setAccessibleName(tip(figure))
