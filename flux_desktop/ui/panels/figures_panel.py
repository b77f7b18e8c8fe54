"""All figures of the setting, next to those of the current one, and its cut-offs by the length of the hold."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.models.tune_figures import (
    POINT_ROWS,
    FigureLine,
    LengthBar,
    figure_lines,
    headline,
    length_bars,
    unknown_lines,
)
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, label

_HEADS = ("figure", "this", "95 % interval", "n", "current")
_LINE_PX, _BAR_PX = 16, 5
BARS_PX, BARS_NARROW_PX = 170, 156


class LengthBars(QWidget):
    """One bar for each length of hold, with its 95 % interval; amber where there are too few to tell."""

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self._theme = theme
        self._bars: list[LengthBar] = []
        self.setFixedWidth(BARS_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            "Cut-offs by the length of the hold, with 95 % intervals. Longer silences are cut off more often."
        )
        theme.changed.connect(self.update)

    def show_bars(self, bars: list[LengthBar]) -> None:
        """Show these."""
        if bars != self._bars:
            self._bars = bars
            words = (f"{bar.name}: {bar.cut:,} of {bar.share.n:,}{', too few to tell' * bar.too_few}" for bar in bars)
            self.setAccessibleName(f"Cut off by length of the hold. {'; '.join(words)}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(BARS_PX, 4 * (_LINE_PX + _BAR_PX + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        theme = self._theme.current
        step = self.height() / max(1, len(self._bars))
        for place, bar in enumerate(self._bars):
            top, width = place * step, self.width()
            line = QRectF(0, top, width, _LINE_PX)
            painter.setFont(font(TYPE_CAPTION_PX))
            painter.setPen(QColor(theme.text))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), bar.name)
            painter.setPen(QColor(theme.muted))
            counts = f"{bar.cut:,} of {bar.share.n:,}"
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), counts)
            words = "none" if bar.share.value is None else f"{100 * bar.share.value:.1f} %"
            if bar.too_few and bar.share.value is not None:
                painter.setPen(QColor(theme.warn))
                words = "too few"
            middle = line.adjusted(62, 0, -painter.fontMetrics().horizontalAdvance(counts) - SPACE_XS, 0)
            painter.drawText(middle, int(Qt.AlignmentFlag.AlignVCenter), words)
            self._paint_bar(painter, bar, QRectF(0, top + _LINE_PX + 3, width, _BAR_PX))
        painter.end()

    def _paint_bar(self, painter: QPainter, bar: LengthBar, box: QRectF) -> None:
        theme, share = self._theme.current, bar.share
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box, 2, 2)
        if share.value is None:
            return
        scale = box.width() / max(0.5, *(each.share.high or 0.0 for each in self._bars))
        painter.setBrush(QColor(theme.warn if bar.too_few else theme.danger))
        painter.drawRoundedRect(QRectF(box.left(), box.top(), share.value * scale, box.height()), 2, 2)
        if share.low is not None and share.high is not None:
            painter.setPen(QPen(QColor(theme.text), 1))
            low, high, middle = box.left() + share.low * scale, box.left() + share.high * scale, box.center().y()
            painter.drawLine(
                QRectF(low, middle, high - low, 0).topLeft(), QRectF(low, middle, high - low, 0).topRight()
            )
            for x in (low, high):
                painter.drawLine(QRectF(x, middle - 3, 0, 6).topLeft(), QRectF(x, middle - 3, 0, 6).bottomLeft())


class FiguresPanel(Panel):
    """A table of figures, with dashes until they are known."""

    def __init__(self, theme: ThemeSource, model: TuneModel) -> None:
        self.sentence = ElidedLabel("body")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        super().__init__("This setting")
        self._model = model
        self.head.addWidget(self.sentence, 1)
        self._row = row = QHBoxLayout()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[list[QLabel]] = []
        for column, words in enumerate(_HEADS):
            self._grid.addWidget(_cell(words, column, "caption"), 0, column)
        row.addLayout(self._grid, 1)
        self._lengths = QWidget()
        right = QVBoxLayout(self._lengths)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_XS)
        right.addWidget(label("cut off, by hold", "caption"))
        self.bars = LengthBars(theme)
        right.addWidget(self.bars, 1)
        row.addWidget(self._lengths)
        self.show_lengths(True, narrow=False)
        self.body.addLayout(row, 1)

    def show_lengths(self, on: bool, *, narrow: bool) -> None:
        """Show or leave out the bars by length of the hold, for which a narrow page has little room or none."""
        self._lengths.setVisible(on)
        self.bars.setFixedWidth(BARS_NARROW_PX if narrow else BARS_PX)
        self._row.setSpacing(SPACE_M if narrow else SPACE_L)
        self._grid.setHorizontalSpacing(SPACE_S if narrow else SPACE_L - 4)

    def refresh(self) -> None:
        """Show the model. While the figures of a new setting are computed, those of the old one are greyed."""
        point, current, details = self._model.point, self._model.current_point, self._model.details
        if point is None:
            self.sentence.setText("")
        elif current is None:
            self.sentence.setText("The current setting is outside the range that this recording can evaluate.")
        else:
            self.sentence.setText(headline(point, current))
        if details is None:
            self._show_lines(unknown_lines(), stale=False)
            self.bars.show_bars([])
            return
        stale = details.setting != self._model.setting
        lines = figure_lines(details.figures, details.current_figures, point if stale else None)
        self._show_lines(lines, stale=stale)
        self.bars.setEnabled(not stale)
        if not stale:
            self.bars.show_bars(length_bars(details.figures))

    def _show_lines(self, lines: list[FigureLine], *, stale: bool) -> None:
        while len(self._cells) < len(lines):
            cells = [_cell("", column, "caption" if column in {2, 3} else "body") for column in range(len(_HEADS))]
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, len(self._cells) + 1, column)
            self._cells.append(cells)
        for cells, line in zip(self._cells, lines, strict=True):
            texts = (line.name, line.value, line.interval, line.n, line.current)
            for cell, words in zip(cells, texts, strict=True):
                cell.setText(words)
                cell.setToolTip(line.meaning)
                cell.setEnabled(not stale or line.name in POINT_ROWS)


def _cell(words: str, column: int, role: str) -> QLabel:
    cell = label(words, "strong" if column == 1 and role == "body" else role)
    if column:
        cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return cell
