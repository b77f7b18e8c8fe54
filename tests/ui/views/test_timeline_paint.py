"""A stretch of a timeline is painted with what reaches into it from both sides."""

from __future__ import annotations

import math

from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_facts import Mark, MarkKind, Stretch, TimelineTurn
from flux_desktop.ui.models.timeline_words import PlacedText
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline_paint import TimelinePaint
from flux_desktop.ui.views.timeline_rows import Rows
from tests.ui.pixels import names_of
from tests.ui.timelines import said

PER_S = 60.0


def painted(theme: ThemeSource, from_s: float, until_s: float, *marks: Mark) -> set[str]:
    """The colours of a stretch."""
    rows = Rows(1.0, with_confidence=False)
    image = QImage(round((until_s - from_s) * PER_S), rows.height, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(-from_s * PER_S, 0)
    paint = TimelinePaint(rows, theme.current, PER_S)
    paint.paint(painter, from_s, until_s, Stretch(marks=marks), [], None, until_s, None)
    painter.end()
    return names_of(image)


def test_marks_reach_into_the_stretches_beside_them(qapp: QApplication, theme: ThemeSource) -> None:
    end, colour = Mark(MarkKind.END, 5.0), theme.current.ok
    assert colour in painted(theme, 5.05, 6.0, end)
    assert colour in painted(theme, 4.0, 4.95, end)
    assert colour not in painted(theme, 5.5, 6.5, end)


def test_a_gap_is_seen_between_its_ends(qapp: QApplication, theme: ThemeSource) -> None:
    assert theme.current.warn in painted(theme, 3.0, 4.0, Mark(MarkKind.GAP, 1.0, until_s=9.0))
    assert theme.current.warn not in painted(theme, 3.0, 4.0, Mark(MarkKind.GAP, 1.0, until_s=2.0))


class _Watched(TimelinePaint):
    """Keeps up to where the words of each turn may be written."""

    def words_of(self, turn: TimelineTurn, now_s: float, until_s: float = math.inf) -> list[PlacedText]:
        self.until_s = [*getattr(self, "until_s", []), until_s]
        return super().words_of(turn, now_s, until_s)


def test_words_end_where_those_of_the_next_turn_are_written(qapp: QApplication, theme: ThemeSource) -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 2.0, "well", words=(("well", 0.5, 1.0),))
    said(conversation, "EndOfTurn", 3.0, "well", words=(("well", 0.5, 1.0),))
    said(conversation, "StartOfTurn", 3.5, "then", index=1, words=(("then", 2.25, 3.2),))
    turns = conversation.timeline.turns
    assert turns[1].start_s > 2.25, "it begins after the end of the turn before has arrived"
    watched = _Watched(Rows(1.0, with_confidence=False), theme.current, PER_S)
    image = QImage(300, 100, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    watched.paint(painter, 0.0, 5.0, Stretch(turns=turns), [], None, 5.0, None)
    painter.end()
    assert watched.until_s == [2.25, math.inf]
