"""A part of the presenter, painted again only when what it shows has changed; sizes are for a distance of 5 m."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import Theme, font

SMALL_PX, BODY_PX, LIVE_PX, SUBTITLE_PX = 28, 36, 66, 128
"""Type on a screen of 1920 by 1080; `SMALL_PX` is the smallest there is."""
LEAST_PX = 11
"""In a small window type gets no smaller than this."""
STAGE = 1920.0, 1080.0


def unit_of(presenter: QWidget | None) -> float:
    """How large a presenter is, as a share of a screen of 1920 by 1080; 1 for none."""
    if presenter is None:
        return 1.0
    return max(0.2, min(presenter.width() / STAGE[0], presenter.height() / STAGE[1]))


class PresenterPart[Content](QWidget):
    """Shows one `Content`, which must be comparable. `unit` scales all sizes."""

    def __init__(self, theme: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.content: Content | None = None
        self.unit = 1.0
        self.painted = 0
        """How often it was painted."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self.update)

    def show_content(self, content: Content) -> None:
        """Show this from now on."""
        if content != self.content:
            self.content = content
            self.update()

    def set_unit(self, unit: float) -> None:
        """Scale everything."""
        if unit != self.unit:
            self.unit = unit
            self.update()

    def px(self, at_1080: float) -> float:
        """A length that is `at_1080` pixels on the large screen."""
        return at_1080 * self.unit

    def type_of(self, at_1080: float, *, bold: bool = False) -> QFont:
        """Type of that size."""
        return self.face(at_1080 * self.unit, bold=bold)

    @staticmethod
    def face(px: float, *, bold: bool = False) -> QFont:
        """A font of this size in pixels."""
        return font(max(LEAST_PX, round(px)), bold=bold)

    def paint(self, painter: QPainter, content: Content, theme: Theme) -> None:
        """Paint the content."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(self._theme.current.window))
        if self.content is not None:
            self.paint(painter, self.content, self._theme.current)
        painter.end()


def write(
    painter: QPainter,
    box: QRectF,
    words: str,
    colour: str,
    face: QFont,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """One line of text, shortened where it does not fit; returns the width that it takes."""
    metrics = QFontMetricsF(face)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(face)
    painter.setPen(QColor(colour))
    painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
    return metrics.horizontalAdvance(shown)
