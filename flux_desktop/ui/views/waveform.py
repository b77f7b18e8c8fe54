"""A recording's shape with the play position; the place to drop another file."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.style.theme import ThemeSource

HIGH_PX, LOW_PX = 46, 32


class Waveform(QWidget):
    """Paints loudness over time. `set_position` is in seconds of the file; turns are drawn under the shape."""

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self._theme = theme
        self._shape: WavShape | None = None
        self._is_low = False
        self._position_s: float | None = None
        self._turns: list[tuple[float, float]] = []
        self._holds: list[tuple[float, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Waveform of the chosen recording")
        theme.changed.connect(self.update)

    def set_shape(self, shape: WavShape | None) -> None:
        """Show another recording, or none."""
        self._shape, self._position_s, self._turns, self._holds = shape, None, [], []
        self.update()

    def set_position(self, position_s: float | None, turns: list[tuple[float, float]]) -> None:
        """Move the play position and mark the turns heard so far, in seconds of the file."""
        if (position_s, turns) != (self._position_s, self._turns):
            self._position_s, self._turns = position_s, turns
            self.update()

    def set_marks(self, turns: list[tuple[float, float]], holds: list[tuple[float, float]]) -> None:
        """Mark the turns and holds that are known of the recording, in seconds."""
        self._turns, self._holds = turns, holds
        self.update()

    def set_low(self, on: bool) -> None:
        """Take less room."""
        if on is not self._is_low:
            self._is_low = on
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(200, LOW_PX if self._is_low else HIGH_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme.current
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(area, 6, 6)
        shape = self._shape
        if shape is None or not shape.duration_s:
            painter.end()
            return
        inner = area.adjusted(6, 4, -6, -4)
        per_s = inner.width() / shape.duration_s
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft))
        for start_s, end_s in self._turns:
            left = inner.left() + start_s * per_s
            painter.drawRoundedRect(QRectF(left, area.top() + 1, (end_s - start_s) * per_s, area.height() - 2), 3, 3)
        painter.setBrush(QColor(theme.border))
        for start_s, end_s in self._holds:
            left = inner.left() + start_s * per_s
            painter.drawRect(QRectF(left, area.top() + 1, max(1.0, (end_s - start_s) * per_s), area.height() - 2))
        self._paint_shape(painter, shape, inner)
        if self._position_s is not None:
            x = inner.left() + min(self._position_s, shape.duration_s) * per_s
            painter.fillRect(QRectF(x - 0.75, area.top() + 1, 1.5, area.height() - 2), QColor(theme.text))
        painter.end()

    def _paint_shape(self, painter: QPainter, shape: WavShape, inner: QRectF) -> None:
        if not len(shape.peaks):
            return
        theme = self._theme.current
        played = 0.0 if self._position_s is None else self._position_s / shape.duration_s
        bars = max(1, int(inner.width() // 3))
        top = max(0.05, float(shape.peaks.max()))
        for bar in range(bars):
            first = bar * len(shape.peaks) // bars
            last = max(first + 1, (bar + 1) * len(shape.peaks) // bars)
            height = max(1.5, float(shape.peaks[first:last].max()) / top * inner.height())
            painter.setBrush(QColor(theme.accent if bar / bars < played else theme.muted))
            x = inner.left() + bar * inner.width() / bars
            painter.drawRoundedRect(QRectF(x, inner.center().y() - height / 2, 2, height), 1, 1)
