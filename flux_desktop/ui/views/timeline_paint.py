"""Paints a stretch of one connection's timeline: ruler, words, waveform with holds and marks, confidence.

The painter is expected to be moved so that second `t` lies at `t * px_per_s`. What is painted at a place depends only
on what lies around it, so that neighbouring stretches fit together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from flux_desktop.ui.models.audio_track import LEVELS_PER_S, AudioTrack
from flux_desktop.ui.models.timeline_facts import Mark, Stretch, TimelineTurn
from flux_desktop.ui.models.timeline_holds import Hold, survived_holds
from flux_desktop.ui.models.timeline_words import PlacedText, placed_words
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font
from flux_desktop.ui.views.timeline_labels import Label, TimelineLabels
from flux_desktop.ui.views.timeline_rows import Rows
from flux_desktop.ui.views.timeline_shapes import colour_of, paint_gap, paint_head, paint_line

BAR_PX, BAR_STEP_PX = 2.0, 3.0
MARGIN_PX = 130
LOUDEST_MIN = 0.05
"""A recording that is quieter than this throughout is drawn as quiet: its noise is not blown up."""
TICKS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)
TICK_APART_PX = 64
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_HEAD_PX = 12
"""How far a mark is seen from its place, without its label."""


class TimelinePaint:
    """Paints with one set of fonts and colours."""

    def __init__(self, rows: Rows, theme: Theme, px_per_s: float) -> None:
        self.rows = rows
        self.theme = theme
        self.px_per_s = px_per_s
        self.face: QFont = font(round(TYPE_CAPTION_PX * rows.scale))
        self.bold: QFont = font(round(TYPE_CAPTION_PX * rows.scale), bold=True)
        self._metrics, self._bold_metrics = QFontMetricsF(self.face), QFontMetricsF(self.bold)
        self.labels = TimelineLabels(self._metrics.horizontalAdvance, px_per_s, rows.scale)

    @property
    def margin_s(self) -> float:
        """How far beyond its place something may be painted."""
        return MARGIN_PX * self.rows.scale / self.px_per_s

    def paint(
        self,
        painter: QPainter,
        from_s: float,
        until_s: float,
        stretch: Stretch,
        labels: Sequence[Label],
        track: AudioTrack | None,
        audio_until_s: float,
        selected: TimelineTurn | None,
    ) -> None:
        """Paint from one position to another. `stretch` reaches `margin_s` beyond them; audio ends at its own."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = from_s * self.px_per_s, until_s * self.px_per_s
        self._paint_ruler(painter, from_s, until_s)
        wave = self._band(self.rows.wave, left, right)
        painter.fillRect(wave, QColor(self.theme.raised))
        for turn in stretch.turns:
            if selected is not None and turn.number == selected.number:
                self._paint_selected(painter, turn, audio_until_s)
        self._paint_wave(painter, from_s, min(until_s, audio_until_s), track)
        holds = [hold for turn in stretch.turns for hold in survived_holds(turn, track)]
        for turn in stretch.turns:
            self._paint_gained(painter, turn)
        for hold in holds:
            painter.fillRect(self._box_of(hold), QColor(self.theme.border))
        starts_s = [*(turn.text_from_s for turn in stretch.turns[1:]), math.inf]
        for turn, next_s in zip(stretch.turns, starts_s, strict=False):
            self._paint_words(painter, turn, audio_until_s, next_s)
        head_s = _HEAD_PX * self.rows.scale / self.px_per_s
        seen = [mark for mark in stretch.marks if mark.reaches(from_s - head_s, until_s + head_s)]
        self._paint_marks(painter, seen, labels)
        self._paint_hold_lengths(painter, holds)
        if self.rows.with_confidence:
            self._paint_confidence(painter, left, right, min(until_s, audio_until_s), stretch)

    def paint_growth(
        self, painter: QPainter, from_s: float, until_s: float, stretch: Stretch, track: AudioTrack | None
    ) -> None:
        """Paint only what new audio adds: its waveform, and the confidence, which holds until the next message."""
        self._paint_wave(painter, from_s, until_s, track)
        if self.rows.with_confidence and stretch.confidence:
            self._paint_curve(painter, stretch.confidence, from_s, until_s)

    # ------------------------------------------------------------ rows

    def _band(self, row: QRectF, left: float, right: float) -> QRectF:
        return QRectF(left, row.top(), max(0.0, right - left), row.height())

    def _paint_ruler(self, painter: QPainter, from_s: float, until_s: float) -> None:
        step_s = next(
            (step for step in TICKS_S if step * self.px_per_s >= TICK_APART_PX * self.rows.scale), TICKS_S[-1]
        )
        painter.setFont(self.face)
        painter.setPen(QColor(self.theme.muted))
        row, half = self.rows.ruler, TICK_APART_PX * self.rows.scale / 2
        margin_s = half / self.px_per_s
        for number in range(math.ceil((from_s - margin_s) / step_s), math.floor((until_s + margin_s) / step_s) + 1):
            if number >= 0:
                x = number * step_s * self.px_per_s
                box, side = QRectF(x - half, row.top(), 2 * half, row.height()), Qt.AlignmentFlag.AlignHCenter
                if number == 0:  # the timeline begins here, and half of the words would be cut off
                    box, side = QRectF(x, row.top(), half, row.height()), Qt.AlignmentFlag.AlignLeft
                painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), _seconds(number * step_s))

    def _paint_wave(self, painter: QPainter, from_s: float, until_s: float, track: AudioTrack | None) -> None:
        wave = self.rows.wave
        middle, bar_s = wave.center().y(), BAR_STEP_PX * self.rows.scale / self.px_per_s
        first, last = math.floor(from_s / bar_s) - 1, math.ceil(until_s / bar_s)
        if last <= first or track is None:
            return
        edges = np.floor(np.arange(first, last + 1) * bar_s * LEVELS_PER_S).astype(int)
        values = track.peaks(int(edges[0]), max(1, int(edges[-1] - edges[0]) + 1))
        heights = np.maximum.reduceat(values, edges[:-1] - edges[0])
        # The loudest sample of the recording fills the row; a square root shows quiet speech too.
        shares = np.sqrt(np.minimum(heights / max(LOUDEST_MIN, track.loudest), 1.0))
        tall = np.maximum(1.0 * self.rows.scale, shares * (wave.height() - 6 * self.rows.scale))
        width, step = BAR_PX * self.rows.scale, BAR_STEP_PX * self.rows.scale
        end = until_s * self.px_per_s
        bars = [
            QRectF(number * step, middle - height / 2, width, height)
            for number, height in enumerate(tall.tolist(), start=first)
            if number * step + width <= end
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.accent))
        painter.drawRects(bars)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_selected(self, painter: QPainter, turn: TimelineTurn, now_s: float) -> None:
        left = turn.start_s * self.px_per_s
        right = (now_s if turn.end_s is None else turn.end_s) * self.px_per_s
        painter.setPen(QPen(QColor(self.theme.accent), 1))
        painter.setBrush(QColor(self.theme.accent_soft))
        painter.drawRect(self._band(self.rows.wave, left, right).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_gained(self, painter: QPainter, turn: TimelineTurn) -> None:
        lead_ms = turn.card.eager_lead_ms
        if turn.end_s is None or lead_ms is None:
            return
        colour = QColor(self.theme.ok)
        colour.setAlphaF(0.22)
        right = turn.end_s * self.px_per_s
        painter.fillRect(self._band(self.rows.wave, right - lead_ms / 1000 * self.px_per_s, right), colour)

    def _box_of(self, hold: Hold) -> QRectF:
        return self._band(self.rows.wave, hold.start_s * self.px_per_s, hold.end_s * self.px_per_s)

    def _paint_hold_lengths(self, painter: QPainter, holds: Sequence[Hold]) -> None:
        """Where they have room; a mark's line does not go through them."""
        painter.setFont(self.bold)
        painter.setPen(QColor(self.theme.text))
        for hold in holds:
            box, words = self._box_of(hold), hold.label
            for shorter in (words, words.removeprefix("waited ")):
                width = self._bold_metrics.horizontalAdvance(shorter) + 4
                if width <= box.width():
                    half, high = width / 2, self._bold_metrics.height() / 2
                    middle = box.center()
                    below = QRectF(middle.x() - half, middle.y() - high, 2 * half, 2 * high)
                    painter.fillRect(below, QColor(self.theme.border))
                    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shorter)
                    break

    def _paint_words(self, painter: QPainter, turn: TimelineTurn, now_s: float, until_s: float) -> None:
        row = self.rows.words
        painter.setFont(self.face)
        painter.setPen(QColor(self.theme.muted if turn.end_s is None else self.theme.text))
        for placed in self.words_of(turn, now_s, until_s):
            box = QRectF(placed.left_px, row.top(), placed.width_px, row.height())
            elided = self._metrics.elidedText(placed.text, Qt.TextElideMode.ElideRight, placed.width_px + 1)
            painter.drawText(box, int(_MIDDLE | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextDontClip), elided)

    def words_of(self, turn: TimelineTurn, now_s: float, until_s: float = math.inf) -> list[PlacedText]:
        """Where the words of a turn are written; those of the next one begin at `until_s`."""
        return placed_words(turn, now_s, self.px_per_s, self._metrics.horizontalAdvance, until_s)

    def _paint_marks(self, painter: QPainter, marks: Sequence[Mark], labels: Sequence[Label]) -> None:
        wave, scale = self.rows.wave, self.rows.scale
        for mark in marks:
            x = mark.at_s * self.px_per_s
            if mark.until_s is not None:
                paint_gap(painter, self._band(wave, x, max(x + 3, mark.until_s * self.px_per_s)), self.theme)
                continue
            paint_line(painter, mark.kind, x, wave, self.theme, scale)
        for mark in marks:
            paint_head(painter, mark.kind, mark.at_s * self.px_per_s, wave.top() + scale, self.theme, scale)
        painter.setFont(self.face)
        row = self.rows.labels
        for mark, left, width, _apart in labels:
            painter.setPen(colour_of(mark.kind, self.theme))
            painter.drawText(QRectF(left, row.top(), width + 2, row.height()), int(_MIDDLE), mark.label)

    def _curve_y(self, value: float) -> float:
        row = self._curve_row
        return row.bottom() - value * row.height()

    @property
    def _curve_row(self) -> QRectF:
        return self.rows.confidence.adjusted(0, 2 * self.rows.scale, 0, -self.rows.scale)

    def _paint_curve(
        self, painter: QPainter, confidence: list[tuple[float, float]], from_s: float, until_s: float
    ) -> None:
        """Steps: each value holds until the next message."""
        points: list[QPointF] = []
        for at_s, value in confidence:
            x, y = at_s * self.px_per_s, self._curve_y(value)
            points += [QPointF(x, points[-1].y() if points else y), QPointF(x, y)]
        if not points:
            return
        if confidence[-1][0] <= until_s:
            points.append(QPointF(until_s * self.px_per_s, points[-1].y()))
        bottom = self._curve_row.bottom()
        painter.save()
        left = from_s * self.px_per_s
        painter.setClipRect(self._band(self._curve_row, left, until_s * self.px_per_s), Qt.ClipOperation.IntersectClip)
        soft = QColor(self.theme.accent)
        soft.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # a smooth edge lies under the line anyway
        painter.drawPolygon(QPolygonF([*points, QPointF(points[-1].x(), bottom), QPointF(points[0].x(), bottom)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.accent), 1.5 * self.rows.scale))
        painter.drawPolyline(QPolygonF(points))
        painter.restore()

    def _paint_confidence(self, painter: QPainter, left: float, right: float, until_s: float, stretch: Stretch) -> None:
        painter.fillRect(self._band(self._curve_row, left, right), QColor(self.theme.raised))
        self._paint_curve(painter, stretch.confidence, left / self.px_per_s, until_s)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        thresholds = stretch.thresholds
        for place, each in enumerate(thresholds):
            x0 = max(left, each.from_s * self.px_per_s)
            x1 = right if place + 1 == len(thresholds) else thresholds[place + 1].from_s * self.px_per_s
            for value, token, style in (
                (each.end, self.theme.ok, Qt.PenStyle.DashLine),
                (each.eager, self.theme.eager, Qt.PenStyle.DotLine),
            ):
                if value is not None and x1 > x0:
                    pen = QPen(QColor(token), 1.2 * self.rows.scale, style)
                    pen.setDashOffset(x0 / pen.widthF())  # so that the dashes of neighbours meet
                    painter.setPen(pen)
                    painter.drawLine(QPointF(x0, self._curve_y(value)), QPointF(x1, self._curve_y(value)))


def _seconds(at_s: float) -> str:
    if at_s < 60:
        return f"{at_s:g} s"
    minutes, rest_s = divmod(at_s, 60)
    return f"{minutes:.0f}:{rest_s:04.1f}" if rest_s % 1 else f"{minutes:.0f}:{rest_s:02.0f}"
