"""Two arms on the same turns: the verdict, the noise floor, and McNemar's test."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from flux_desktop.evaluation.comparing.paired import (
    ComparisonVerdict,
    Paired,
    Primary,
    compare_arms,
    decide,
    mcnemar,
    p_text,
    sign_test,
)
from flux_desktop.evaluation.statistics.intervals import Estimate, wilson
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, TurnOutcome, TurnResult
from tests.evaluation.hand_made import end, turn


def scores(waits_s: list[float], *, cut: set[int] = frozenset(), shift_s: float = 0.0) -> list[ClipScore]:  # type: ignore[assignment]
    """One conversation of one turn for each wait; turns of `cut` are also cut off."""
    return [
        ClipScore(
            clip=f"clip {place}",
            conversation=f"clip {place}",
            turns=(
                TurnResult(
                    turn=turn(0.0, 1.0),
                    outcome=TurnOutcome.ENDED,
                    end=end(1.0 + wait_s + shift_s),
                    cut_offs=(end(0.5),) if place in cut else (),
                ),
            ),
            holds=(),
        )
        for place, wait_s in enumerate(waits_s)
    ]


WAITS_S = [0.4 + 0.01 * (place % 7) for place in range(40)]


def compared(shift_s: float, *, noise_s: float = 0.0, primary: Primary = Primary.WAIT, cut_b: set[int] | None = None):  # type: ignore[no-untyped-def]
    noisy = [wait + noise_s * (-1) ** place for place, wait in enumerate(WAITS_S)]
    return compare_arms(
        scores(WAITS_S, cut={0, 1}),
        scores(noisy, cut={0, 1}),
        scores(WAITS_S, cut={0, 1} if cut_b is None else cut_b, shift_s=shift_s),
        primary=primary,
        margin=50.0 if primary is Primary.WAIT else 0.02,
    )


@pytest.mark.parametrize(
    ("shift_s", "verdict", "words"),
    [
        (-0.1, ComparisonVerdict.BETTER, "B is better: it ends turns sooner, by 100 ms"),
        (0.1, ComparisonVerdict.WORSE, "B is worse: it ends turns later, by 100 ms (95 % "),
        (
            0.0,
            ComparisonVerdict.NO_DIFFERENCE,
            "No difference larger than 50 ms (wait, B - A +0 ms, 95 % interval +0 to +0 ms, n = 40).",
        ),
    ],
)
def test_the_wording_follows_from_the_primary_figure(shift_s: float, verdict: ComparisonVerdict, words: str) -> None:
    comparison = compared(shift_s)
    assert comparison.wait_ms.floor == 0
    assert comparison.sentence.endswith("The two passes of A did not differ.")
    assert comparison.verdict is verdict
    assert comparison.sentence.startswith(words)
    assert (comparison.turns, comparison.conversations) == (40, 40)


def test_a_difference_within_the_noise_of_a_is_not_one() -> None:
    noise = Paired(a=0, b=0, difference=Estimate(-10, -15, -5, 40), noise=Estimate(0, -18, 12, 40))
    assert noise.floor == 18
    assert decide(noise, margin=5) is ComparisonVerdict.UNDECIDED
    assert decide(noise, margin=20) is ComparisonVerdict.NO_DIFFERENCE
    assert decide(Paired(a=None, b=None, difference=Estimate()), margin=5) is ComparisonVerdict.UNDECIDED
    comparison = compared(-0.1, noise_s=0.2)
    assert "cannot be detected" in comparison.sentence
    assert comparison.wait_ms.floor is not None
    assert comparison.wait_ms.floor > 30


def test_cut_offs_decide_where_they_are_named() -> None:
    comparison = compared(0.0, primary=Primary.CUT_OFFS, cut_b=set(range(20)))
    assert comparison.verdict is ComparisonVerdict.WORSE
    assert "it cuts off more turns, by 45.0 percentage points" in comparison.sentence
    assert (comparison.mcnemar.only_a, comparison.mcnemar.only_b) == (0, 18)
    assert comparison.mcnemar.p < 0.001


@pytest.mark.parametrize(("turns", "verdict"), [(40, "UNDECIDED"), (188, "UNDECIDED"), (189, "NO_DIFFERENCE")])
def test_that_no_turn_differs_is_no_proof_with_few_turns(turns: int, verdict: str) -> None:
    arm = scores([0.5] * turns)
    comparison = compare_arms(arm, arm, arm, primary=Primary.CUT_OFFS, margin=0.02)
    assert comparison.verdict is ComparisonVerdict[verdict]
    difference = comparison.cut_offs.difference
    assert (difference.value, difference.high) == (0.0, wilson(0, turns).high)
    assert difference.low == -(difference.high or 0.0)
    bound = 100 * (difference.high or 0.0)
    measured = f"(cut-offs, B - A +0.0 points, 95 % interval -{bound:.1f} to +{bound:.1f} points, n = {turns})"
    assert measured in comparison.sentence


def test_turns_that_only_one_arm_missed_are_named_beside_the_waits() -> None:
    arm, late = scores(WAITS_S), scores(WAITS_S, shift_s=-0.1)
    for place in range(3):
        missed = TurnResult(turn=turn(0.0, 1.0), outcome=TurnOutcome.MISSED)
        late[place] = replace(late[place], turns=(missed,))
    comparison = compare_arms(arm, arm, late, primary=Primary.WAIT, margin=50)
    assert comparison.verdict is ComparisonVerdict.BETTER
    assert comparison.sentence.endswith(" Not compared: turns that only one arm missed (A 0, B 3).")
    assert (comparison.missed_only_a, comparison.missed_only_b, comparison.wait_ms.difference.n) == (0, 3, 37)


def test_mcnemar_counts_turns_that_only_one_arm_cuts_off() -> None:
    a = {("c", place): float(place < 6) for place in range(10)}
    b = {("c", place): float(place in {0, 9}) for place in range(10)}
    statistic = mcnemar(a, b)
    # 5 against 1: the probability of at most one of six is (1 + 6) / 64, doubled.
    assert (statistic.only_a, statistic.only_b, statistic.p) == (5, 1, pytest.approx(14 / 64))


def test_the_sign_test_is_exact_and_two_sided() -> None:
    assert sign_test(6, 0) == pytest.approx(2 / 64)
    assert sign_test(3, 3) == 1.0
    assert sign_test(0, 0) == 1.0


def test_nothing_in_common_is_undecided() -> None:
    comparison = compare_arms([], [], scores(WAITS_S), primary=Primary.WAIT, margin=50)
    assert comparison.verdict is ComparisonVerdict.UNDECIDED
    assert comparison.sentence == "Undecided: no turn was judged in both arms."


def test_a_probability_is_never_said_to_be_zero() -> None:
    assert [p_text(p) for p in (0.0, 0.0004, 0.031, 1.0)] == ["p < 0.001", "p < 0.001", "p = 0.031", "p = 1.000"]
