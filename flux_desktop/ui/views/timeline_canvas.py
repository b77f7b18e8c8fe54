"""Paints the timeline of one connection into a widget that moves with the audio; `timeline.TimelineView` adds input."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.time_window import TimeWindow
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_facts import TimelineTurn
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline_paint import TimelinePaint
from flux_desktop.ui.views.timeline_rows import Rows
from flux_desktop.ui.views.timeline_tiles import TILE_PX, TileCache

NAME_PX = 44
FADE_PX = 36
"""Width over which words fade at the sides."""
PLAYS_ON_S = 1.0
"""A playhead that moves further than this at once was set to another place."""
GROWTH_PX = 24
"""New audio is painted over the tiles until it is this wide; then the newest tiles are painted again."""


class TimelineCanvas(QWidget):
    """Shows the seconds of `window_s`, which other widgets may share. `advance` moves it on.

    Signals:
        moved: the window was scrolled or zoomed here, or follows again.
    """

    moved = Signal()

    def __init__(self, theme: ThemeSource, window: TimeWindow | None = None, name_px: int = NAME_PX) -> None:
        super().__init__()
        self.window_s = window or TimeWindow()
        self.selected: TimelineTurn | None = None
        self._theme = theme
        self._name_px = name_px
        self.backdrop = "panel"
        """Colour of the theme on which the timeline stands."""
        self._rows = Rows()
        self._conn = 0
        self._timeline = Timeline()
        self._track: AudioTrack | None = None
        self._revision = 0
        self._now_s = 0.0
        self._painted_s = 0.0
        """Up to where the newest tiles show the audio."""
        self._live_from = 0
        """The first tile that may still change as time goes on."""
        self._playhead_s: float | None = None
        self._tiles = TileCache()
        self._paint: TimelinePaint | None = None
        """Made once for a look, as fonts take time."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline of the connection")
        theme.changed.connect(self.update)

    # ------------------------------------------------------------ what is shown

    def show_connection(self, conversation: Conversation | None, track: AudioTrack | None) -> None:
        """Show another connection, or its levels where they have become known."""
        timeline = Timeline() if conversation is None else conversation.timeline
        if timeline is not self._timeline:
            self._conn = 0 if conversation is None else conversation.conn
            self._timeline, self.selected, self._playhead_s = timeline, None, None
            self.setAccessibleName(f"Timeline of connection {self._conn}")
            self._tiles.clear()
            self._paint = None
        self._track = track

    def set_font_scale(self, scale: float) -> None:
        """Make everything larger."""
        self._set_rows(Rows(scale, self._rows.with_confidence))

    def show_confidence(self, on: bool) -> None:
        """Show the confidence below the waveform, or leave it out."""
        self._set_rows(Rows(self._rows.scale, on))

    def _set_rows(self, rows: Rows) -> None:
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self.update()

    def set_playhead(self, position_s: float | None) -> None:
        """Mark the position that is being heard, in seconds of the connection's audio; None for nothing."""
        before_s, self._playhead_s = self._playhead_s, position_s
        if position_s == before_s:
            return
        self.update()
        if position_s is None or (self.window_s.follows and not self._timeline.has_ended):
            return
        start_s, end_s = self.window_s.start_s, self.window_s.end_s
        plays_on = before_s is not None and 0 <= position_s - before_s < PLAYS_ON_S
        if plays_on and before_s is not None and not start_s <= before_s <= end_s:
            return  # the user has scrolled away
        self.window_s.show(position_s)
        if self.window_s.start_s != start_s:
            self.moved.emit()

    def advance(self, sent_s: float, newest_s: float | None = None) -> None:
        """Audio has been sent up to `sent_s`; the window follows `newest_s`, None for the same. Repaints."""
        self._now_s = sent_s
        self.window_s.advance(sent_s if newest_s is None else newest_s)
        self.update()

    # ------------------------------------------------------------ geometry

    @property
    def px_per_s(self) -> float:
        """Scale of the time axis."""
        return max(1.0, self.width() - self._name_px) / self.window_s.span_s

    def x_of(self, position_s: float) -> float:
        """Where a position is, in pixels of the widget."""
        return self._name_px + (position_s - self.window_s.start_s) * self.px_per_s

    def position_of(self, x: float) -> float:
        """The position at a pixel of the widget."""
        return self.window_s.start_s + (x - self._name_px) / self.px_per_s

    def sizeHint(self) -> QSize:
        return QSize(400, self._rows.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self._rows.height)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rows, per_s, window = self._theme.current, self._rows, self.px_per_s, self.window_s
        paint = self._paint
        if paint is None or (paint.rows, paint.theme, paint.px_per_s) != (rows, theme, per_s):
            paint = self._paint = TimelinePaint(rows, theme, per_s)
        ratio = self.devicePixelRatioF()
        track_revision = None if self._track is None else self._track.revision
        self._tiles.keep_look((theme.name, rows, per_s, ratio, id(self._timeline), track_revision))
        self._drop_changed(paint)
        painter = QPainter(self)
        painter.setClipRect(QRectF(self._name_px, 0, self.width() - self._name_px, self.height()))
        # On whole device pixels, so that what moves stays sharp.
        shift = round(window.start_s * per_s * ratio) / ratio - self._name_px
        until_s = self._now_s

        def paint_part(inner: QPainter, left: float, right: float) -> None:
            from_s, to_s = left / per_s, right / per_s
            stretch = self._timeline.between(from_s - paint.margin_s, to_s + paint.margin_s)
            labels = paint.labels.between(left, right, self._timeline.marks_between)
            paint.paint(inner, from_s, to_s, stretch, labels, self._track, self._painted_s, self.selected)

        first, last = math.floor(window.start_s * per_s / TILE_PX), math.floor(window.end_s * per_s / TILE_PX)
        for number in range(first, last + 1):
            at = QPointF(number * TILE_PX - shift, 0)
            self._tiles.draw(painter, number, at, self.height(), ratio, paint_part)
        if self._painted_s < until_s:
            painter.save()
            painter.translate(-shift, 0)
            stretch = self._timeline.between(self._painted_s, until_s)
            paint.paint_growth(painter, self._painted_s, until_s, stretch, self._track)
            painter.restore()
        self._paint_fading(painter)
        self._paint_now(painter, paint, until_s)
        self._paint_missing(painter, paint)
        painter.setClipping(False)
        self._paint_frame(painter, paint)
        painter.end()

    def _drop_changed(self, paint: TimelinePaint) -> None:
        """Drop the tiles that show something that has changed, or to which audio has been added."""
        timeline, per_s, until_s = self._timeline, paint.px_per_s, self._now_s
        live_from = math.floor((until_s - paint.margin_s) * per_s / TILE_PX)
        changed_s = timeline.changed_from(self._revision)
        self._revision = timeline.revision
        grown_px = (until_s - self._painted_s) * per_s
        if changed_s < math.inf or not 0 <= grown_px <= GROWTH_PX:
            changed_px = (min(changed_s, self._painted_s, until_s) - paint.margin_s) * per_s
            labels_px = paint.labels.changed_from(changed_s * per_s, timeline.marks_between)
            self._tiles.drop_from(min(changed_px, labels_px, min(live_from, self._live_from) * TILE_PX))
            self._painted_s, self._live_from = until_s, live_from

    def _paint_now(self, painter: QPainter, paint: TimelinePaint, until_s: float) -> None:
        theme, rows, scale = self._theme.current, self._rows, self._rows.scale
        bottom = rows.confidence.bottom()
        if not self._timeline.has_ended and self._timeline.origin_s is not None:
            x = self.x_of(until_s)
            for top, end in ((rows.words.top(), rows.wave.bottom()), (rows.confidence.top(), bottom)):
                # Between them are the labels: that of a mark of this moment goes on to the right.
                painter.fillRect(QRectF(x - scale, top, 2 * scale, end - top), QColor(theme.text))
            painter.setFont(paint.bold)
            painter.setPen(QColor(theme.text))
            box = QRectF(x + 4 * scale, rows.wave.top(), 60 * scale, rows.wave.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), "now")
        if self._playhead_s is not None:
            x, top, r = self.x_of(self._playhead_s), rows.ruler.bottom() - 6 * scale, 5 * scale
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.accent), 2 * scale))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            painter.setBrush(QColor(theme.accent))
            painter.drawPolygon(QPolygonF([QPointF(x - r, top), QPointF(x + r, top), QPointF(x, top + r)]))

    def _paint_fading(self, painter: QPainter) -> None:
        """Let words fade at both sides instead of cutting through them; the waveform goes to the edge."""
        rows, left, right = self._rows, float(self._name_px), float(self.width())
        width = FADE_PX * rows.scale
        colour = QColor(getattr(self._theme.current, self.backdrop))
        clear = QColor(colour)
        clear.setAlpha(0)
        for edge, inside in ((left, left + width), (right, right - width)):
            if edge == left and self.window_s.start_s <= 0:
                continue
            gradient = QLinearGradient(edge, 0, inside, 0)
            gradient.setColorAt(0, colour)
            gradient.setColorAt(1, clear)
            x = min(edge, inside)
            for top, bottom in ((0.0, rows.wave.top()), (rows.labels.top(), rows.labels.bottom())):
                painter.fillRect(QRectF(x, top, width, bottom - top), gradient)

    def _paint_missing(self, painter: QPainter, paint: TimelinePaint) -> None:
        """Say why there is no waveform, where there is none."""
        timeline, row, words = self._timeline, self._rows.wave, ""
        if timeline.origin_s is None and not timeline.has_ended:
            words = "The audio appears here as it is sent."
        elif self._track is not None and self._track.problem:
            words = f"No waveform: {self._track.problem}"
        if words:
            painter.setFont(paint.face)
            painter.setPen(QColor(self._theme.current.muted))
            box = QRectF(self._name_px + 8, row.top(), max(0.0, self.width() - self._name_px - 40), row.height())
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()))
            side = Qt.AlignmentFlag.AlignBottom if timeline.turns else Qt.AlignmentFlag.AlignVCenter
            # The lines of marks go through the row; they do not go through the words.
            below = painter.boundingRect(box, int(side), shown).adjusted(-2, 0, 2, 0)
            painter.fillRect(below, QColor(self._theme.current.raised))
            painter.drawText(box, int(side), shown)

    def _paint_frame(self, painter: QPainter, paint: TimelinePaint) -> None:
        theme, rows = self._theme.current, self._rows
        if self._name_px:
            painter.setFont(paint.bold)
            painter.setPen(QColor(theme.text))
            name = QRectF(0, rows.wave.top(), self._name_px - 6, rows.wave.height())
            painter.drawText(name, int(Qt.AlignmentFlag.AlignVCenter), f"#{self._conn}" if self._conn else "")
            painter.setFont(paint.face)
            painter.setPen(QColor(theme.muted))
            if rows.with_confidence:
                middle = int(Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(
                    QRectF(0, rows.confidence.top(), self._name_px, rows.confidence.height()), middle, "end of\nturn"
                )
        if rows.with_confidence and self._timeline.thresholds:
            self._paint_threshold_values(painter, paint)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_threshold_values(self, painter: QPainter, paint: TimelinePaint) -> None:
        row, theme = self._rows.confidence, self._theme.current
        shown = self._timeline.between(self.window_s.end_s, self.window_s.end_s).thresholds
        newest = shown[-1] if shown else self._timeline.thresholds[0]
        painter.setFont(paint.face)
        height = painter.fontMetrics().height()
        for value, colour in ((newest.end, theme.ok), (newest.eager, theme.eager)):
            if value is None:
                continue
            text = f"{value:.2f}"
            width = painter.fontMetrics().horizontalAdvance(text) + 4
            top = min(max(row.bottom() - value * row.height() - height / 2, row.top() - 2), row.bottom() - height)
            if value == newest.eager and newest.end - value < height / row.height():
                top = min(row.bottom() - newest.end * row.height() + height / 2, row.bottom() - height + 2)
            box = QRectF(self.width() - width - 2, top, width, height)
            painter.fillRect(box, QColor(theme.raised))
            painter.setPen(QColor(colour))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
