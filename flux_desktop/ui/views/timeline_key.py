"""The key to a timeline: a shape and a word for every kind of mark, and what each means on hover."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from flux_desktop.ui.models.glossary import meaning
from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font
from flux_desktop.ui.views.timeline_shapes import paint_gap, paint_head, paint_line

HEIGHT_PX, MARK_PX, STEP_PX, MORE_PX = 18, 14, 7, 24

SPEECH, WAITED, GAINED = "speech", "waited", "gained"
ENTRIES: tuple[tuple[str, MarkKind | None], ...] = (
    (WAITED, None),
    ("eager", MarkKind.EAGER),
    ("resumed", MarkKind.RESUMED),
    ("ended", MarkKind.END),
    (GAINED, None),
    ("timeout", MarkKind.TIMEOUT),
    ("start", MarkKind.START),
    (SPEECH, None),
    ("Configure", MarkKind.CONFIGURE),
    ("refused", MarkKind.REFUSED),
    ("gap", MarkKind.GAP),
    ("new stream", MarkKind.ROTATION),
    ("clip", MarkKind.CLIP),
    ("failed", MarkKind.FAILED),
)


def key_text() -> str:
    """What every mark means."""
    lines = (
        "Speech: the level of the audio that this connection sends.",
        f"Waited: {meaning('Survived hold')}",
        "Start: Flux reported the start of a turn.",
        f"Eager: {meaning('Eager end of turn')}",
        f"Resumed: {meaning('Resumed')}",
        "Ended: Flux reported the end of the turn; with the time since the last word, where the words are known.",
        f"Timeout: the turn was ended by the timeout. {meaning('Timeout')}",
        "Gained: time between an eager end of turn and the end of turn that confirmed it.",
        f"Configure: {meaning('Configure')} The mark shows when the change came into force.",
        "Refused: a change was refused; the previous values remain in force.",
        f"Gap: {meaning('Gap')}",
        f"New stream: {meaning('Rotation')}",
        "Clip: the next clip of the data set begins.",
        "Failed: the connection ended with a problem.",
        "A mark stands where the audio was when the message arrived.",
    )
    return "\n".join(lines)


class TimelineKey(QWidget):
    """Paints as many entries as fit; the tooltip has all of them."""

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self._theme = theme
        self.setToolTip(key_text())
        self.setAccessibleName("Key to the timeline")
        self.setAccessibleDescription(key_text())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(TYPE_CAPTION_PX))
        return QSize(sum(metrics.horizontalAdvance(word) + MARK_PX + STEP_PX + 4 for word, _ in ENTRIES), HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TYPE_CAPTION_PX))
        theme, x = self._theme.current, 0.0
        for number, (word, kind) in enumerate(ENTRIES):
            width = painter.fontMetrics().horizontalAdvance(word)
            more = len(ENTRIES) - number
            if x + MARK_PX + 4 + width + (MORE_PX if more > 1 else 0) > self.width():
                painter.setPen(QColor(theme.muted))
                box = QRectF(x, 0, self.width() - x, HEIGHT_PX)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), f"+{more}")
                break
            self._paint_mark(painter, QRectF(x, 2, MARK_PX, HEIGHT_PX - 4), word, kind, theme)
            painter.setPen(QColor(theme.muted))
            box = QRectF(x + MARK_PX + 3, 0, width + 4, HEIGHT_PX)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), word)
            x += MARK_PX + 4 + width + STEP_PX
        painter.end()

    def _paint_mark(self, painter: QPainter, box: QRectF, word: str, kind: MarkKind | None, theme: Theme) -> None:
        middle = box.center().x()
        if kind is MarkKind.GAP:
            paint_gap(painter, box.adjusted(2, 1, -2, -1), theme)
        elif kind is not None:
            paint_line(painter, kind, middle, box, theme, 0.8)
            paint_head(painter, kind, middle, box.top() + 1, theme, 0.8)
        elif word == SPEECH:
            painter.setPen(QPen(QColor(theme.accent), 2))
            for x, tall in ((3, 3), (7, 6), (11, 4)):
                y = box.center().y()
                painter.drawLine(QPointF(box.left() + x, y - tall), QPointF(box.left() + x, y + tall))
        else:
            colour = QColor(theme.border if word == WAITED else theme.ok)
            if word == GAINED:
                colour.setAlphaF(0.35)
            painter.fillRect(box.adjusted(1, 1, -1, -1), colour)
