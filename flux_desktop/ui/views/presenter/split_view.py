"""A and B: one waveform with one playhead, a lane for each arm, their words, and what each did, at fixed places."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from flux_desktop.ui.models.presenter.split import Arm, Lane, Split
from flux_desktop.ui.style.tokens import Theme
from flux_desktop.ui.views.presenter.part import BODY_PX, SMALL_PX, PresenterPart, write
from flux_desktop.ui.views.tune_turn import paint_diamond, paint_triangle

WORDS_PX = 52
ARMS = "AB"
BAR_PX, STEP_PX = 4, 7
LevelOf = Callable[[float, float], float | None]
"""How loud the audio is between two positions, 0 to 1; None where that is not known."""


class RibbonPart(PresenterPart[Split]):
    """The waveform with its pauses, both lanes, and the playhead over all of them."""

    level_of: LevelOf = staticmethod(lambda _from_s, _to_s: None)

    def paint(self, painter: QPainter, content: Split, theme: Theme) -> None:
        window, left = content.window, self.px(64)
        lane, gap = self.px(38), self.px(14)
        wave = QRectF(
            left, self.px(14), self.width() - left - self.px(8), self.height() - 2 * (lane + gap) - self.px(22)
        )
        scale = wave.width() / max(0.1, window.end_s - window.start_s)

        def x(at_s: float) -> float:
            return wave.left() + min(max(at_s - window.start_s, 0.0) * scale, wave.width())

        painter.fillRect(wave, QColor(theme.panel))
        self._paint_wave(painter, content, wave, theme)
        self._paint_holds(painter, content, wave, x, theme)
        top = wave.bottom() + gap
        for name, arm in zip(ARMS, content.arms, strict=False):
            box = QRectF(wave.left(), top, wave.width(), lane)
            colour = theme.text if name == "A" else theme.accent
            write(painter, QRectF(0, top, left - gap, lane), name, colour, self.type_of(BODY_PX, bold=True))
            painter.fillRect(box, QColor(theme.panel))
            self._paint_lane(painter, arm.lane, box, x, theme)
            top += lane + gap
        at = x(content.position_s)
        painter.setPen(QPen(QColor(theme.text), max(2.0, self.px(4))))
        painter.drawLine(QPointF(at, self.px(10)), QPointF(at, top - gap))
        painter.setBrush(QColor(theme.text))
        painter.drawEllipse(QPointF(at, self.px(10)), self.px(8), self.px(8))

    def _paint_wave(self, painter: QPainter, content: Split, wave: QRectF, theme: Theme) -> None:
        window = content.window
        step, width = max(3.0, self.px(STEP_PX + 1)), max(1.5, self.px(BAR_PX))
        bars = int(wave.width() / step)
        per_bar_s = (window.end_s - window.start_s) / max(1, bars)
        played, coming = QColor(theme.accent), QColor(theme.border)
        first = int(window.start_s / per_bar_s)
        for n in range(first, first + bars + 1):
            # Bars belong to fixed stretches of the audio, so that they move without changing their height.
            from_s = n * per_bar_s
            x = wave.left() + (from_s - window.start_s) / per_bar_s * step
            if not wave.left() <= x <= wave.right() - width:
                continue
            loud = self.level_of(from_s, from_s + per_bar_s)
            height = max(width, wave.height() * 0.95 * min(1.0, loud or 0.0))
            colour = played if from_s <= content.position_s else coming
            painter.fillRect(QRectF(x, wave.center().y() - height / 2, width, height), colour)

    def _paint_holds(
        self, painter: QPainter, content: Split, wave: QRectF, x: Callable[[float], float], theme: Theme
    ) -> None:
        face = self.type_of(SMALL_PX, bold=True)
        for hold in content.holds:
            box = QRectF(x(hold.start_s), wave.top(), x(hold.end_s) - x(hold.start_s), wave.height())
            if box.width() < self.px(10):
                continue
            shade = QColor(theme.muted)
            shade.setAlphaF(0.35)
            painter.fillRect(box, shade)
            length = f"{hold.end_s - hold.start_s:.1f}"
            fitting = (words for words in (f"{length} s", length) if self._width(face, words) <= box.width())
            if (words := next(fitting, "")) and hold.start_s <= content.position_s:
                below = QRectF(0, 0, self._width(face, words) + self.px(8), QFontMetricsF(face).height())
                below.moveCenter(box.center())
                painter.fillRect(below, QColor(theme.panel))
                painter.fillRect(below, shade)
                write(painter, box, words, theme.text, face, Qt.AlignmentFlag.AlignHCenter)

    @staticmethod
    def _width(face: QFont, words: str) -> float:
        return QFontMetricsF(face).horizontalAdvance(words)

    def _paint_lane(
        self, painter: QPainter, lane: Lane, box: QRectF, x: Callable[[float], float], theme: Theme
    ) -> None:
        inner = box.adjusted(0, box.height() * 0.2, 0, -box.height() * 0.2)
        for turn in lane.turns:
            painter.fillRect(
                QRectF(x(turn.start_s), inner.top(), x(turn.end_s) - x(turn.start_s), inner.height()),
                QColor(theme.ok_soft),
            )
        for times, colour in ((lane.ends_s, theme.ok), (lane.cut_offs_s, theme.danger)):
            painter.setPen(QPen(QColor(colour), max(2.0, self.px(6))))
            for at_s in times:
                if box.left() < x(at_s) < box.right():
                    painter.drawLine(QPointF(x(at_s), box.top()), QPointF(x(at_s), box.bottom()))
        size = max(1.0, self.px(26) / 8)
        for times, colour, shape in (
            (lane.eager_s, theme.eager, paint_diamond),
            (lane.resumed_s, theme.warn, paint_triangle),
        ):
            for at_s in times:
                if box.left() < x(at_s) < box.right():
                    painter.save()
                    painter.translate(x(at_s), box.center().y())
                    painter.scale(size, size)
                    shape(painter, 0.0, 0.0 if shape is paint_diamond else -2.5, QColor(colour))
                    painter.restore()


class ArmPart(PresenterPart[Arm]):
    """Setting, words and verdict of one arm."""

    def paint(self, painter: QPainter, content: Arm, theme: Theme) -> None:
        wide, line = self.width(), self.px(48)
        colour = theme.text if content.title.startswith("A") else theme.accent
        name_face = self.type_of(BODY_PX, bold=True)
        used = write(painter, QRectF(0, 0, wide, line), content.title, colour, name_face)
        write(
            painter,
            QRectF(used + self.px(20), 0, wide - used - self.px(20), line),
            content.setting,
            theme.muted,
            self.type_of(SMALL_PX),
        )
        box_height = self.px(124)
        area = QRectF(0, line + self.px(14), wide, self.height() - line - box_height - self.px(30))
        self._paint_words(painter, content, area, theme)
        self._paint_verdict(painter, content, QRectF(1, self.height() - box_height, wide - 2, box_height - 1), theme)

    def _paint_words(self, painter: QPainter, arm: Arm, area: QRectF, theme: Theme) -> None:
        face: QFont = self.type_of(WORDS_PX, bold=True)
        metrics = QFontMetricsF(face)
        leading, space = metrics.height() * 1.22, metrics.horizontalAdvance(" ")
        rows: list[list[tuple[int, float]]] = [[]]
        x = 0.0
        for place, word in enumerate(arm.words):
            width = metrics.horizontalAdvance(word.text.strip())
            x += space if word.text.startswith(" ") else 0.0
            if rows[-1] and x + width > area.width():
                rows.append([])
            x = x if rows[-1] else 0.0
            rows[-1].append((place, x))
            x += width
        fitting = max(1, int(area.height() / leading))
        painter.setFont(face)
        for line, row in enumerate(rows[-fitting:]):
            baseline = area.top() + line * leading + metrics.ascent()
            for place, at in row:
                self._paint_word(painter, arm, place, QPointF(area.left() + at, baseline), metrics, theme)

    def _paint_word(
        self, painter: QPainter, arm: Arm, place: int, at: QPointF, metrics: QFontMetricsF, theme: Theme
    ) -> None:
        word, text = arm.words[place], arm.words[place].text.strip()
        painter.setPen(QColor(theme.muted if place >= len(arm.words) - arm.interim else theme.text))
        painter.drawText(at, text)
        width = metrics.horizontalAdvance(text)
        if not word.is_shared:
            painter.fillRect(QRectF(at.x(), at.y() + self.px(8), width, max(2.0, self.px(5))), QColor(theme.warn))
        if place + 1 in arm.cuts:
            bar = QRectF(
                at.x() + width + self.px(4), at.y() - metrics.ascent() * 0.9, max(3.0, self.px(7)), metrics.ascent()
            )
            painter.fillRect(bar, QColor(theme.danger))

    def _paint_verdict(self, painter: QPainter, arm: Arm, box: QRectF, theme: Theme) -> None:
        colour = {"ok": theme.ok, "danger": theme.danger}.get(arm.verdict.tone, theme.border)
        tint = QColor(colour)
        tint.setAlphaF(0.12 if arm.verdict.tone != "quiet" else 0.0)
        painter.setPen(QPen(QColor(colour), max(1.0, self.px(2.5))))
        painter.setBrush(tint)
        painter.drawRoundedRect(box, self.px(12), self.px(12))
        words = colour if arm.verdict.tone != "quiet" else theme.muted
        pad = self.px(22)
        upper = QRectF(box.left() + pad, box.top() + self.px(10), box.width() - 2 * pad, box.height() * 0.5)
        lower = QRectF(upper.left(), upper.bottom(), upper.width(), box.height() * 0.36)
        mark = {"ok": "✓  ", "danger": "✗  "}.get(arm.verdict.tone, "")
        write(painter, upper, mark + arm.verdict.words, words, self.type_of(44, bold=True))
        write(painter, lower, arm.verdict.detail, theme.muted, self.type_of(SMALL_PX))
