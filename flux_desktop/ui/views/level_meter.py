"""A level meter: dBFS from −60 to 0, green, yellow and red by level, with the held peak and a clipping mark."""  # noqa: RUF002

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models.microphone import MicrophoneLevel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font

LOW_DBFS, YELLOW_DBFS, RED_DBFS = -60.0, -20.0, -9.0
_TICKS = (-60, -48, -36, -20, -9, 0)


class LevelMeter(QWidget):
    """Paints a `MicrophoneLevel`; `refresh` repaints it at the pace of the window's clock."""

    def __init__(self, theme: ThemeSource, level: MicrophoneLevel) -> None:
        super().__init__()
        self._theme = theme
        self._level = level
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Microphone level")
        theme.changed.connect(self.update)

    def refresh(self, now_s: float) -> None:
        """Let the bar fall to where it stands at this second."""
        self._level.advance(now_s)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme.current
        bar = QRectF(0, 2, self.width(), 12)
        paint_bar(painter, bar, self._level.level, theme)
        clipped = self._level.clipped
        painter.setFont(font(TYPE_CAPTION_PX))
        for tick in _TICKS:
            painter.setPen(QColor(theme.danger if tick == 0 and clipped else theme.muted))
            words = "CLIP" if tick == 0 and clipped else str(tick)
            width = painter.fontMetrics().horizontalAdvance(words) + 2
            x = min(max(0.0, bar.width() * _place(tick) - width / 2), bar.width() - width)
            painter.drawText(QRectF(x, 17, width, 15), int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()


def paint_bar(painter: QPainter, bar: QRectF, level: tuple[float, float], theme: Theme) -> None:
    """Paint a bar that is lit up to the first of two levels (dBFS), with a mark at the second."""
    level_dbfs, peak_dbfs = level
    for low, high, colour in _zones(theme):
        dim = QColor(colour)
        dim.setAlphaF(0.22)
        left, right = bar.width() * _place(low), bar.width() * _place(high)
        painter.fillRect(QRectF(bar.left() + left, bar.top(), right - left - 1, bar.height()), dim)
        lit = min(right, bar.width() * _place(level_dbfs)) - left
        if lit > 0:
            painter.fillRect(QRectF(bar.left() + left, bar.top(), lit, bar.height()), QColor(colour))
    if peak_dbfs > LOW_DBFS:
        x = bar.left() + min(bar.width() * _place(peak_dbfs), bar.width() - 2)
        painter.fillRect(QRectF(x, bar.top() - 1, 2, bar.height() + 2), QColor(theme.text))


def _place(dbfs: float) -> float:
    """Where a level stands on the bar, 0 to 1."""
    return min(1.0, max(0.0, (dbfs - LOW_DBFS) / -LOW_DBFS))


def _zones(theme: Theme) -> tuple[tuple[float, float, str], ...]:
    return (
        (LOW_DBFS, YELLOW_DBFS, theme.ok),
        (YELLOW_DBFS, RED_DBFS, theme.warn),
        (RED_DBFS, 0.0, theme.danger),
    )
