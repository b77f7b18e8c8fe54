"""Figures of the presenter: end-of-turn confidence, the wait after the last turn, level, counters and source."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from flux_desktop.ui.models import text
from flux_desktop.ui.models.presenter.answer import AnswerWait
from flux_desktop.ui.models.presenter.counters import Counter
from flux_desktop.ui.style.tokens import Theme
from flux_desktop.ui.views.confidence_meter import paint_confidence, thresholds
from flux_desktop.ui.views.level_meter import LOW_DBFS, paint_bar
from flux_desktop.ui.views.presenter.part import BODY_PX, SMALL_PX, PresenterPart, write

RECORDING = "● Recording microphone"
RECORDING_PX = 400
_RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Confidence:
    """End-of-turn confidence (0 to 1) and the thresholds in force."""

    value: float | None
    end: float
    eager: float | None


class ConfidencePart(PresenterPart[Confidence]):
    """A bar with a mark at each threshold; their words stand at fixed places."""

    def paint(self, painter: QPainter, content: Confidence, theme: Theme) -> None:
        face, line = self.type_of(SMALL_PX), self.px(40)
        marks = thresholds(content.end, content.eager, theme)
        # The longest caption, so that nothing moves with the figure.
        head = QRectF(0, 0, self.width(), line)
        write(painter, head, f"end of turn {text.percent(content.value)}", theme.muted, face)
        right = float(self.width())
        for mark in marks:
            width = QFontMetricsF(face).horizontalAdvance(mark.label) + 1
            if right - width > QFontMetricsF(face).horizontalAdvance("end of turn 100 %") + self.px(20):
                write(painter, QRectF(right - width, 0, width, line), mark.label, mark.colour, face)
            right -= width + self.px(26)
        groove = QRectF(self.px(2), line + self.px(16), self.width() - self.px(4), max(8.0, self.px(20)))
        paint_confidence(painter, groove, content.value, marks, theme)


class AnswerPart(PresenterPart[AnswerWait]):
    """The wait in large type, and below it what people take and how it was measured."""

    def paint(self, painter: QPainter, content: AnswerWait, theme: Theme) -> None:
        colour = theme.ok if content.comparable else theme.text
        line = self.px(BODY_PX * 1.35)
        write(painter, QRectF(0, 0, self.width(), line), content.figure, colour, self.type_of(BODY_PX + 6, bold=True))
        row = self.px(SMALL_PX * 1.3)
        for place, words in enumerate((content.caption, content.many)):
            below = QRectF(0, line + place * row, self.width(), row)
            write(painter, below, words, theme.muted, self.type_of(SMALL_PX))


Level = tuple[float, float] | None


class LevelPart(PresenterPart[tuple[Level]]):
    """How loud the audio is, and the highest level of the last seconds."""

    def paint(self, painter: QPainter, content: tuple[Level], theme: Theme) -> None:
        level, line = content[0], self.px(40)
        if level is None:
            return
        words = "silent" if level[1] <= LOW_DBFS else f"{level[1]:.0f} dBFS"
        face = self.type_of(SMALL_PX)
        write(painter, QRectF(0, 0, self.width(), line), "level", theme.muted, face)
        write(painter, QRectF(0, 0, self.width(), line), words, theme.muted, face, _RIGHT)
        paint_bar(painter, QRectF(0, line + self.px(16), self.width(), max(8.0, self.px(20))), level, theme)


class CountersPart(PresenterPart[tuple[Counter, ...]]):
    """Figures with their words, from the right."""

    def show_content(self, content: tuple[Counter, ...]) -> None:
        if content != self.content:
            self.setToolTip("\n".join(f"{each.figure} {each.words}: {each.meaning}" for each in content))
        super().show_content(content)

    @property
    def needed_px(self) -> int:
        """The width that all of it takes."""
        bold, plain = (QFontMetricsF(self.type_of(SMALL_PX, bold=is_bold)) for is_bold in (True, False))
        widths = [
            bold.horizontalAdvance(each.figure) + plain.horizontalAdvance(each.words) + 2 + self.px(48)
            for each in self.content or ()
        ]
        return math.ceil(sum(widths))

    def paint(self, painter: QPainter, content: tuple[Counter, ...], theme: Theme) -> None:
        bold, plain, right = self.type_of(SMALL_PX, bold=True), self.type_of(SMALL_PX), float(self.width())
        for each in reversed(content):
            for words, face, colour in ((each.words, plain, theme.muted), (each.figure, bold, theme.text)):
                width = QFontMetricsF(face).horizontalAdvance(words) + 1
                if right - width < 0:
                    return
                write(painter, QRectF(right - width, 0, width, self.height()), words, colour, face)
                right -= width + self.px(10)
            right -= self.px(28)


class TextPart(PresenterPart[tuple[str, bool]]):
    """One line: its words, and whether they are strong."""

    def __init__(self, *args: object, px: float = SMALL_PX, right: bool = False) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._px, self._align = px, _RIGHT if right else Qt.AlignmentFlag.AlignLeft

    def paint(self, painter: QPainter, content: tuple[str, bool], theme: Theme) -> None:
        words, strong = content
        face = self.type_of(self._px, bold=strong)
        write(painter, QRectF(self.rect()), words, theme.text if strong else theme.muted, face, self._align)


class TitlePart(PresenterPart[tuple[str, str]]):
    """A name, and what is written after it, which a long name leaves its room."""

    def paint(self, painter: QPainter, content: tuple[str, str], theme: Theme) -> None:
        name, after = content
        face, box = self.type_of(BODY_PX, bold=True), QRectF(self.rect())
        room = box.width() - QFontMetricsF(face).horizontalAdvance(after) - 1
        used = write(painter, box.adjusted(0, 0, room - box.width(), 0), name, theme.text, face)
        write(painter, box.adjusted(used, 0, 0, 0), after, theme.text, face)


class RecordingPart(PresenterPart[bool]):
    """The red mark of a microphone that is being recorded; what it shows is whether it is."""

    def paint(self, painter: QPainter, content: bool, theme: Theme) -> None:
        if content:
            write(painter, QRectF(self.rect()), RECORDING, theme.danger, self.type_of(SMALL_PX, bold=True))


@dataclass(frozen=True, slots=True)
class StateWords:
    """The state of a connection in words, with its tone."""

    words: str
    tone: str


class StatePart(PresenterPart[StateWords]):
    """A pill of a fixed width, so that nothing beside it moves."""

    def paint(self, painter: QPainter, content: StateWords, theme: Theme) -> None:
        colours = {"ok": theme.ok, "eager": theme.eager, "danger": theme.danger}
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.get(content.tone, theme.raised)))
        painter.drawRoundedRect(QRectF(self.rect()), self.height() / 2, self.height() / 2)
        colour = theme.on_fill if content.tone in colours else theme.text
        face = self.type_of(32, bold=True)
        inner = QRectF(self.rect()).adjusted(self.px(12), 0, -self.px(12), 0)
        write(painter, inner, content.words, colour, face, Qt.AlignmentFlag.AlignHCenter)
