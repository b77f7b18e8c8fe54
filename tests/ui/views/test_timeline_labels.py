"""Labels of a timeline's marks: they do not overlap, and every stretch shows the same ones."""

from __future__ import annotations

import math
import random
from bisect import insort
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.time_window import TimeWindow
from flux_desktop.ui.models.timeline_facts import Mark, MarkKind
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline import TimelineView
from flux_desktop.ui.views.timeline_canvas import NAME_PX
from flux_desktop.ui.views.timeline_labels import LABELS_APART_PX, Label, TimelineLabels

LENGTH_S = 3_000.0
TURN_S = 5.0


def turns() -> list[Mark]:
    """A turn every five seconds or so, with all of its marks, and a Configure now and then."""
    chance, marks = random.Random(7), list[Mark]()
    for number in range(int(LENGTH_S / TURN_S)):
        at_s = TURN_S * number + chance.random()
        marks.append(Mark(MarkKind.START, at_s, f"turn {number}"))
        marks.append(Mark(MarkKind.EAGER, at_s + 2.0, "gained 0.31 s"))
        marks.append(Mark(MarkKind.END, at_s + 2.31, "ended 0.53 s"))
        if number % 40 == 0:
            marks.append(Mark(MarkKind.CONFIGURE, at_s + 3.0, "0.70 → 0.55, eager 0.40, timeout 3.5"))
    return marks


class Marks:
    """Marks that can be asked for as a timeline's can."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.marks = list(marks)

    def between(self, from_s: float, until_s: float) -> list[Mark]:
        return [mark for mark in self.marks if from_s <= mark.at_s <= until_s]


def labels_at(px_per_s: float, scale: float = 1.0) -> TimelineLabels:
    return TimelineLabels(lambda words: 5.9 * scale * len(words), px_per_s, scale)


def in_order(labels: Sequence[Label]) -> list[Label]:
    return sorted(labels, key=attrgetter("left_px"))


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("px_per_s", [0.3, 1.0, 4.0, 30.0, 100.0])
def test_labels_do_not_overlap_and_are_those_of_every_stretch(px_per_s: float, scale: float) -> None:
    marks = Marks(turns())
    labels = in_order(labels_at(px_per_s, scale).between(0.0, LENGTH_S * px_per_s, marks.between))
    assert labels
    for first, second in pairwise(labels):
        assert second.left_px >= first.left_px + first.width_px + LABELS_APART_PX * scale
    for left in range(0, int(LENGTH_S * px_per_s), 577):
        stretch = labels_at(px_per_s, scale).between(left, left + 192, marks.between)
        seen = [each for each in labels if each.left_px < left + 192 and each.left_px + each.width_px > left]
        assert in_order(each for each in stretch if each in seen) == seen


def test_all_labels_are_written_where_there_is_room() -> None:
    marks = [mark for mark in turns() if mark.kind in {MarkKind.START, MarkKind.END}]
    assert len(labels_at(100.0).between(0.0, LENGTH_S * 100.0, Marks(marks).between)) == len(marks)


def test_a_label_gives_way_to_a_more_important_one() -> None:
    marks = Marks([Mark(MarkKind.START, 1.0, "turn 1"), Mark(MarkKind.END, 1.5, "ended 0.53 s")])
    (label,) = labels_at(20.0).between(0.0, 200.0, marks.between)
    assert label.mark.kind is MarkKind.END
    edge_s = labels_at(20.0)._block_px / 20.0
    marks = Marks([Mark(MarkKind.START, edge_s - 1.0, "turn 1"), Mark(MarkKind.END, edge_s + 0.1, "ended 0.53 s")])
    kinds = {label.mark.kind for label in labels_at(20.0).between(0.0, 2 * edge_s * 20.0, marks.between)}
    assert kinds == {MarkKind.END}, "also where it lies across the edge of two blocks"


@pytest.mark.parametrize("px_per_s", [1.0, 4.0, 30.0])
def test_what_a_new_mark_changes_is_known(px_per_s: float) -> None:
    marks, right = Marks(turns()), LENGTH_S * px_per_s
    changes = 0
    for at_s in range(100, 2_900, 97):
        labels = labels_at(px_per_s)
        before = labels.between(0.0, right, marks.between)
        insort(marks.marks, Mark(MarkKind.TIMEOUT, float(at_s), "timeout"), key=attrgetter("at_s"))
        from_px = labels.changed_from(at_s * px_per_s, marks.between)
        after = labels_at(px_per_s).between(0.0, right, marks.between)
        assert in_order(labels.between(0.0, right, marks.between)) == in_order(after)
        assert min((each.left_px for each in set(before) ^ set(after)), default=math.inf) == from_px
        changes += from_px < math.inf
    assert changes


def test_everything_is_decided_again_where_the_first_change_is_not_known() -> None:
    labels, marks = labels_at(30.0), Marks(turns())
    labels.between(0.0, 3_000.0, marks.between)
    assert labels.changed_from(-math.inf, marks.between) == -math.inf
    assert not labels.between(0.0, 3_000.0, Marks([]).between)


def painted(qtbot: QtBot, theme: ThemeSource, conversation: Conversation) -> TimelineView:
    """Shows a thousand seconds, one in a pixel."""
    view = TimelineView(theme, TimeWindow(1_000.0))
    qtbot.addWidget(view)
    view.resize(NAME_PX + 1_000, view.sizeHint().height())
    view.show_connection(conversation, None)
    view.advance(900.0)
    view.grab()
    return view


def marked(*marks: tuple[MarkKind, float, str]) -> Conversation:
    conversation = Conversation(7)
    conversation.timeline.begins(0.0)
    for kind, at_s, label in marks:
        conversation.timeline.add(at_s, kind, label)
    return conversation


def test_a_new_mark_leaves_no_half_of_a_label_in_the_tile_before(qtbot: QtBot, theme: ThemeSource) -> None:
    # Each of the labels is beside the next one, and that of the start lies across the edge of two tiles.
    conversation = marked(
        (MarkKind.START, 183.0, "turn 12"),
        (MarkKind.RESUMED, 223.0, "resumed"),
        (MarkKind.EAGER, 345.0, "gained 0.31 s"),
    )
    view = painted(qtbot, theme, conversation)
    count = view._tiles.painted
    view.grab()
    assert view._tiles.painted == count, "nothing is painted again without a change"
    conversation.timeline.add(330.0, MarkKind.TIMEOUT, "timeout")
    assert view.grab().toImage() == painted(qtbot, theme, conversation).grab().toImage()


def test_another_connection_has_its_own_labels(qtbot: QtBot, theme: ThemeSource) -> None:
    view = painted(qtbot, theme, marked((MarkKind.START, 100.0, "turn 0"), (MarkKind.END, 300.0, "ended")))
    other = marked((MarkKind.START, 200.0, "turn 0"))
    view.show_connection(other, None)
    assert view.grab().toImage().copy(NAME_PX, 0, 900, 200) == (
        painted(qtbot, theme, other).grab().toImage().copy(NAME_PX, 0, 900, 200)
    )
