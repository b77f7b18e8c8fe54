"""Ten turns made by hand, with every result worked out by hand, and the limits of what is judged."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.turns.turn_matching import EndCause
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, ReferenceTurns, TurnOutcome, score
from tests.evaluation.hand_made import eager, end, resumed, span, turn

ENDED, TIMEOUT, MISSED, NOT_JUDGED = TurnOutcome.ENDED, TurnOutcome.TIMEOUT, TurnOutcome.MISSED, TurnOutcome.NOT_JUDGED


def ten_turns() -> ClipScore:
    """All times in seconds; (received) in brackets.

    no  spoken      holds                    decisions                                     result
    1   1-3         -                        eager 3.1 (3.25), end 3.4 (3.6)               ended, 0.4 + 0.2, lead 0.35
    2   6-9         7-7.3, 8-8.6             end 8.5 in the second hold, end 9.5 (9.6)     cut off; ended, 0.5 + 0.1
    3   13-15       -                        none until 18                                 missed
    4   20-22       -                        timeout 27 (27.1)                             by timeout, 5.0 + 0.1
    5   30-34       31-32.5                  eager 31.5, resumed 32.6, eager 34.2 (34.3),
                                             end 34.6 (34.8)                               ended, 0.6 + 0.2, lead 0.5
    6   40-46       41-44                    timeout 43.5 in the hold, end 46.2 (46.3)     cut off; ended, 0.2 + 0.1
    7   50-52       -                        forced 52.5                                   not judged
    8   56-58       ignore 57.5-58.5         end 58.4                                      not judged, not whole
    9   62-64       -                        end 63.6 with all words (63.8)                ended, -0.4 + 0.2
    10  64.6-66     -                        end 66.3 (66.4), end 67 without words         ended, 0.3 + 0.1
    """
    reference = ReferenceTurns(
        clip="ten.wav",
        conversation="ten",
        turns=(
            turn(1, 3, "one two"),
            turn(6, 9, "three four five"),
            turn(13, 15, "six seven"),
            turn(20, 22, "eight nine"),
            turn(30, 34, "ten eleven"),
            turn(40, 46, "twelve thirteen"),
            turn(50, 52, "fourteen"),
            turn(56, 58, "fifteen"),
            turn(62, 64, "sixteen seventeen"),
            turn(64.6, 66, "eighteen"),
        ),
        holds=(span(7, 7.3), span(8, 8.6), span(31, 32.5), span(41, 44)),
        ignore=(span(57.5, 58.5),),
    )
    decisions = [
        eager(3.1, 3.25),
        end(3.4, "one two", heard_s=3.6),
        end(8.5, "three four", heard_s=8.7),
        end(9.5, "five", heard_s=9.6),
        end(27, "eight nine", heard_s=27.1, cause=EndCause.TIMEOUT),
        eager(31.5, 31.6),
        resumed(32.6),
        eager(34.2, 34.3),
        end(34.6, "ten eleven", heard_s=34.8),
        end(43.5, "twelve", heard_s=43.6, cause=EndCause.TIMEOUT),
        end(46.2, "thirteen", heard_s=46.3),
        end(52.5, "fourteen", heard_s=52.6, cause=EndCause.FORCED),
        end(58.4, "fifteen", heard_s=58.5),
        end(63.6, "sixteen seventeen", heard_s=63.8),
        end(66.3, "eighteen", heard_s=66.4),
        end(67, "", heard_s=67.1),
    ]
    return score(reference, decisions)


def test_outcomes_of_ten_turns() -> None:
    outcomes = [result.outcome for result in ten_turns().turns]
    assert outcomes == [ENDED, ENDED, MISSED, TIMEOUT, ENDED, ENDED, NOT_JUDGED, NOT_JUDGED, ENDED, ENDED]


def test_cut_offs_of_ten_turns() -> None:
    scored = ten_turns()
    assert [n for n, result in enumerate(scored.turns, 1) if result.cut_offs] == [2, 6]
    assert [None if hold.cut_off is None else hold.cut_off.audio_s for hold in scored.holds] == [None, 8.5, None, 43.5]
    assert [n for n, result in enumerate(scored.turns, 1) if not result.is_whole] == [8]
    assert scored.ends_outside_turns == 1, "the second end after the tenth turn"


def test_latencies_of_ten_turns() -> None:
    ended = {n: result for n, result in enumerate(ten_turns().turns, 1) if result.end is not None}
    decisions = {n: round(result.decision_s, 3) for n, result in ended.items()}  # type: ignore[arg-type]
    assert decisions == {1: 0.4, 2: 0.5, 4: 5.0, 5: 0.6, 6: 0.2, 9: -0.4, 10: 0.3}
    deliveries = {n: round(result.delivery_s, 3) for n, result in ended.items()}  # type: ignore[arg-type]
    assert deliveries == {1: 0.2, 2: 0.1, 4: 0.1, 5: 0.2, 6: 0.1, 9: 0.2, 10: 0.1}


def test_eager_ends_of_ten_turns() -> None:
    results = {n: result for n, result in enumerate(ten_turns().turns, 1) if result.eager}
    assert {n: (each.eager, each.resumed, each.confirmed) for n, each in results.items()} == {
        1: (1, 0, 1),
        5: (2, 1, 1),
    }
    assert {n: round(each.eager_lead_s or 0, 3) for n, each in results.items()} == {1: 0.35, 5: 0.5}


@pytest.mark.parametrize(
    ("heard_until_s", "outcome", "is_whole"), [(1.9, NOT_JUDGED, False), (4.9, NOT_JUDGED, True), (5.0, MISSED, True)]
)
def test_what_was_not_heard_cannot_be_missed(heard_until_s: float, outcome: TurnOutcome, is_whole: bool) -> None:
    reference = ReferenceTurns(clip="c", conversation="c", turns=(turn(1, 2),), heard_until_s=heard_until_s)
    result = score(reference, []).turns[0]
    assert (result.outcome, result.is_whole) == (outcome, is_whole)


@pytest.mark.parametrize(("length_s", "is_scored"), [(0.19, False), (0.2, True), (5.0, True), (5.01, False)])
def test_holds_of_a_fifth_of_a_second_to_five_are_scored(length_s: float, is_scored: bool) -> None:
    reference = ReferenceTurns(clip="c", conversation="c", turns=(turn(1, 9),), holds=(span(2, 2 + length_s),))
    scored = score(reference, [end(2.1), end(9.4)])
    assert bool(scored.holds) is is_scored
    assert scored.turns[0].cut_offs, "the speaker was cut off either way"


def test_holds_to_ignore_or_outside_of_turns_are_not_scored() -> None:
    reference = ReferenceTurns(
        clip="c",
        conversation="c",
        turns=(turn(1, 9),),
        holds=(span(2, 3), span(5, 6), span(12, 13)),
        ignore=(span(2.5, 4.0),),
    )
    assert [hold.hold.start_s for hold in score(reference, []).holds] == [5]
    assert score(reference, [end(2.6)]).turns[0].cut_offs == (), "nor is a decision in what is ignored"


def test_a_miss_is_not_judged_where_an_ignored_stretch_may_have_hidden_the_end() -> None:
    reference = ReferenceTurns(clip="c", conversation="c", turns=(turn(1, 2),), ignore=(span(3.0, 4.0),))
    assert score(reference, []).turns[0].outcome is NOT_JUDGED
    assert score(reference, [end(3.5)]).turns[0].outcome is ENDED
