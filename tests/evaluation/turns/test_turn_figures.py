"""Figures of scored turns, and when they decide nothing."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.evaluation.statistics.intervals import Estimate, wilson
from flux_desktop.evaluation.turns.turn_figures import is_too_few, turn_figures
from flux_desktop.evaluation.turns.turn_scoring import ReferenceTurns, score
from tests.evaluation.hand_made import eager, end, span, turn
from tests.evaluation.turns.test_turn_scoring import ten_turns


def test_figures_of_ten_turns() -> None:
    """Eight turns judged (not 7 and 8), nine whole (not 8), four holds of 0.3, 0.6, 1.5 and 3.0 s, three eager ends."""
    figures = turn_figures([ten_turns()])
    assert (figures.conversations, figures.turns, figures.turns_not_judged, figures.ends_outside_turns) == (1, 8, 2, 1)
    assert figures.cut_offs_per_hold == wilson(2, 4)
    assert figures.cut_offs_by_hold_length == {
        "0.2-0.5 s": wilson(0, 1),
        "0.5-1 s": wilson(1, 1),
        "1-2 s": wilson(0, 1),
        "> 2 s": wilson(1, 1),
    }
    assert figures.cut_offs_per_turn == wilson(2, 9)
    assert (figures.missed, figures.ended_by_timeout) == (wilson(1, 8), wilson(1, 8))
    assert figures.eager_waste == wilson(1, 3)
    assert (figures.extra_replies_per_turn.value, figures.extra_replies_per_turn.n) == (1 / 8, 8)
    # Of -400, 200, 300, 400, 500, 600 and 5000 ms; one conversation gives no interval.
    assert figures.decision_latency_ms["p50"].value == pytest.approx(400)
    assert figures.decision_latency_ms["p90"] == Estimate(n=7), "seven values have no p90"
    assert figures.delivery_latency_ms["p50"].value == pytest.approx(100)
    assert figures.eager_lead_ms["p50"] == Estimate(n=2)


def test_all_clips_count_together_and_intervals_are_over_conversations() -> None:
    scores = [msgspec.structs.replace(ten_turns(), conversation=str(number)) for number in range(10)]
    figures = turn_figures(scores)
    assert figures.cut_offs_per_hold == wilson(20, 40)
    assert figures.decision_latency_ms["p90"].n == 70
    assert figures.decision_latency_ms["p50"].low is not None


@pytest.mark.parametrize(
    ("length_s", "name"),
    [
        (0.2, "0.2-0.5 s"),
        (0.3, "0.2-0.5 s"),
        (0.5, "0.2-0.5 s"),
        (0.51, "0.5-1 s"),
        (1.0, "0.5-1 s"),
        (1.2, "1-2 s"),
        (2.0, "1-2 s"),
        (2.01, "> 2 s"),
        (5.0, "> 2 s"),
    ],
)
def test_a_hold_belongs_to_one_length(length_s: float, name: str) -> None:
    reference = ReferenceTurns(clip="c", conversation="c", turns=(turn(0, 20),), holds=(span(1.1, 1.1 + length_s),))
    by_length = turn_figures([score(reference, [])]).cut_offs_by_hold_length
    assert [key for key, share in by_length.items() if share.n] == [name]


def test_cut_offs_in_speech_are_counted_apart() -> None:
    """One in the hold, one 0.1 s after it; a third turn is cut where its audio ended, and does not count."""
    reference = ReferenceTurns(
        clip="c", conversation="c", turns=(turn(0, 5), turn(9, 12)), holds=(span(1, 2),), heard_until_s=11
    )
    figures = turn_figures([score(reference, [end(1.5), end(2.1), end(5.2), end(10)])])
    assert figures.cut_offs_in_speech == 1
    assert (figures.cut_offs_per_hold, figures.cut_offs_per_turn) == (wilson(1, 1), wilson(1, 1))


def test_nothing_is_said_of_no_turns() -> None:
    figures = turn_figures([])
    assert figures.cut_offs_per_hold == figures.missed == figures.eager_waste == Estimate()
    assert figures.decision_latency_ms["p50"] == Estimate()


def test_eager_figures_need_eager_ends() -> None:
    reference = ReferenceTurns(clip="c", conversation="c", turns=(turn(0, 2),))
    assert turn_figures([score(reference, [end(2.3)])]).extra_replies_per_turn == Estimate()


def test_no_extra_reply_in_a_few_turns_has_an_upper_bound() -> None:
    scores = [
        score(ReferenceTurns(clip=name, conversation=name, turns=(turn(0, 2),)), [eager(2.2), end(2.4)])
        for name in "abc"
    ]
    bounded = Estimate(0.0, 0.0, wilson(0, 3).high, 3)
    assert turn_figures(scores).extra_replies_per_turn == bounded
    assert turn_figures(scores * 4, 4).extra_replies_per_turn == bounded, "repeats are no further turns"


@pytest.mark.parametrize(
    ("cut", "holds", "is_few"), [(0, 58, True), (0, 59, False), (1, 12, True), (8, 12, False), (0, 0, True)]
)
def test_too_few_holds_to_decide(cut: int, holds: int, is_few: bool) -> None:
    """59 holds without a cut-off prove below 5 %; with fewer only a rate that is plainly above says anything."""
    assert is_too_few(wilson(cut, holds)) is is_few
