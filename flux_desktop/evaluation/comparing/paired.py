"""Two arms on the same clips: paired differences with their intervals, McNemar's test for cut-offs, and the verdict.

    result = compare_arms(a1, a2, b, primary=Primary.WAIT, margin=50)      # scores; arm A was run twice

One figure is named in advance; the others are shown beside it and decide nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.evaluation.statistics.bootstrap import mean
from flux_desktop.evaluation.statistics.intervals import Estimate, bounded_zero
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, TurnOutcome, TurnResult

TurnKey = tuple[str, int]
"""A clip and the place of the turn in it."""


class Primary(StrEnum):
    """The figure that decides, named before the comparison runs."""

    CUT_OFFS = "cut-offs"
    """Share of the turns that are cut off."""
    WAIT = "wait"
    """From the true end of a turn to the decision, in milliseconds."""


USUAL_MARGINS = {Primary.WAIT: 50.0, Primary.CUT_OFFS: 0.02}
"""A difference of the primary figure that does not matter: milliseconds, a share."""


class ComparisonVerdict(StrEnum):
    """What the primary figure says of arm B."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference larger than the limit"
    UNDECIDED = "undecided"


class Paired(Struct, frozen=True, kw_only=True):
    """A figure of both arms on the turns that both have, and the mean of B minus A over them."""

    a: float | None
    b: float | None
    difference: Estimate
    noise: Estimate = Estimate()
    """The same of A minus A, run twice; the data cannot tell smaller differences."""

    @property
    def floor(self) -> float | None:
        """The smallest difference that counts: the largest that two runs of A may have. None without a second run."""
        if self.noise.low is None or self.noise.high is None:
            return None
        return max(abs(self.noise.low), abs(self.noise.high))


class McNemar(Struct, frozen=True, kw_only=True):
    """Turns that only one arm cuts off, and the exact two-sided probability of such a division by chance."""

    only_a: int
    only_b: int
    p: float


class ArmComparison(Struct, frozen=True, kw_only=True):
    """Arm B against arm A. Shares are 0 to 1, waits milliseconds."""

    primary: Primary
    margin: float
    """Of the primary figure: a difference within it does not matter."""
    verdict: ComparisonVerdict
    sentence: str
    turns: int
    conversations: int
    cut_offs: Paired
    wait_ms: Paired
    mcnemar: McNemar
    missed_only_a: int = 0
    """Turns that arm B ended and arm A missed each time: they have no wait to compare."""
    missed_only_b: int = 0


def p_text(p: float) -> str:
    """A probability by chance as text."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def compare_arms(
    a_first: Sequence[ClipScore],
    a_second: Sequence[ClipScore],
    b: Sequence[ClipScore],
    *,
    primary: Primary,
    margin: float,
) -> ArmComparison:
    """Compare arm B with both passes of arm A; the difference between these is the noise floor."""
    first, second, arm_a, arm_b = (_turns(scores) for scores in (a_first, a_second, [*a_first, *a_second], b))
    sources = _sources([*a_first, *a_second, *b])
    cut_offs = _paired(_values(arm_a, _was_cut), _values(arm_b, _was_cut), sources)
    cut_offs = replace(cut_offs, difference=_bounded(cut_offs.difference))
    cut_offs = replace(cut_offs, noise=_difference(_values(first, _was_cut), _values(second, _was_cut), sources))
    wait_ms = _paired(_values(arm_a, _wait_ms), _values(arm_b, _wait_ms), sources)
    wait_ms = replace(wait_ms, noise=_difference(_values(first, _wait_ms), _values(second, _wait_ms), sources))
    decisive = cut_offs if primary is Primary.CUT_OFFS else wait_ms
    verdict = decide(decisive, margin)
    missed = _missed_only(arm_a, arm_b), _missed_only(arm_b, arm_a)
    return ArmComparison(
        primary=primary,
        margin=margin,
        verdict=verdict,
        sentence=_sentence(primary, decisive, verdict, margin) + _missed_text(primary, *missed),
        turns=cut_offs.difference.n,
        conversations=len({sources[key] for key in arm_a.keys() & arm_b.keys()}),
        cut_offs=cut_offs,
        wait_ms=wait_ms,
        mcnemar=mcnemar(_first(first), _first(arm_b)),
        missed_only_a=missed[0],
        missed_only_b=missed[1],
    )


def decide(figure: Paired, margin: float) -> ComparisonVerdict:
    """Lower is better. A difference counts only where its whole interval is beyond the noise floor."""
    difference = figure.difference
    if difference.low is None or difference.high is None:
        return ComparisonVerdict.UNDECIDED
    floor = figure.floor or 0.0
    if difference.high < -floor:
        return ComparisonVerdict.BETTER
    if difference.low > floor:
        return ComparisonVerdict.WORSE
    if max(abs(difference.low), abs(difference.high)) <= margin:
        return ComparisonVerdict.NO_DIFFERENCE
    return ComparisonVerdict.UNDECIDED


def _bounded(difference: Estimate) -> Estimate:
    """That no turn differs is bounded, in both directions, as a proportion of the turns."""
    bound = bounded_zero(difference)
    return bound if bound is difference else replace(bound, low=-(bound.high or 0.0))


def _missed_only(arm: Mapping[TurnKey, Sequence[TurnResult]], other: Mapping[TurnKey, Sequence[TurnResult]]) -> int:
    """Turns that one arm missed each time and the other one ended."""
    ended = _values(other, _wait_ms)
    return sum(key in ended and all(turn.outcome is TurnOutcome.MISSED for turn in turns) for key, turns in arm.items())


def _first(arm: Mapping[TurnKey, Sequence[TurnResult]]) -> dict[TurnKey, float]:
    """Whether each turn was cut off the first time: the test takes every turn once."""
    return _values({key: turns[:1] for key, turns in arm.items()}, _was_cut)


def mcnemar(a: Mapping[TurnKey, float], b: Mapping[TurnKey, float]) -> McNemar:
    """The exact test on turns that both arms judged."""
    shared = a.keys() & b.keys()
    only_a = sum(bool(a[key]) and not b[key] for key in shared)
    only_b = sum(bool(b[key]) and not a[key] for key in shared)
    return McNemar(only_a=only_a, only_b=only_b, p=sign_test(only_a, only_b))


def sign_test(above: int, below: int) -> float:
    """The two-sided probability that a fair coin divides so unevenly."""
    n = above + below
    if not n:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(min(above, below) + 1)) / 2**n
    return float(min(1.0, 2 * tail))


def _turns(scores: Sequence[ClipScore]) -> dict[TurnKey, list[TurnResult]]:
    """The results of each turn, one for each time that its clip was sent."""
    results: dict[TurnKey, list[TurnResult]] = defaultdict(list)
    for score in scores:
        for place, turn in enumerate(score.turns):
            results[score.clip, place].append(turn)
    return results


def _sources(scores: Sequence[ClipScore]) -> dict[TurnKey, str]:
    return {(score.clip, place): score.conversation for score in scores for place in range(len(score.turns))}


def _values(
    arm: Mapping[TurnKey, Sequence[TurnResult]], value: Callable[[TurnResult], float | None]
) -> dict[TurnKey, float]:
    means: dict[TurnKey, float] = {}
    for key, turns in arm.items():
        known = [number for turn in turns if (number := value(turn)) is not None]
        if known:
            means[key] = sum(known) / len(known)
    return means


def _was_cut(turn: TurnResult) -> float | None:
    return float(bool(turn.cut_offs)) if turn.is_whole else None


def _wait_ms(turn: TurnResult) -> float | None:
    return None if turn.decision_s is None else turn.decision_s * 1000


def _paired(a: Mapping[TurnKey, float], b: Mapping[TurnKey, float], sources: Mapping[TurnKey, str]) -> Paired:
    shared = sorted(a.keys() & b.keys())
    return Paired(
        a=float(np.mean([a[key] for key in shared])) if shared else None,
        b=float(np.mean([b[key] for key in shared])) if shared else None,
        difference=_difference(a, b, sources),
    )


def _difference(a: Mapping[TurnKey, float], b: Mapping[TurnKey, float], sources: Mapping[TurnKey, str]) -> Estimate:
    """The mean of B minus A over the turns that both have."""
    shared = sorted(a.keys() & b.keys())
    return mean([b[key] - a[key] for key in shared], [sources[key] for key in shared]) if shared else Estimate()


def _sentence(primary: Primary, figure: Paired, verdict: ComparisonVerdict, margin: float) -> str:
    difference, floor = figure.difference, figure.floor
    if difference.value is None:
        return "Undecided: no turn was judged in both arms."
    by = _amount(primary, abs(difference.value))
    low, high = difference.low, difference.high
    interval = "no interval"
    if low is not None and high is not None:
        interval = f"95 % interval {_signed(primary, low).split()[0]} to {_signed(primary, high)}"
    n = f"n = {difference.n:,}"
    measured = f"({primary.value}, B - A {_signed(primary, difference.value)}, {interval}, {n})"
    cannot = ""
    if floor is not None and floor > 0:
        cannot = f" Differences below {_amount(primary, floor)} cannot be detected."
    elif floor is not None:
        cannot = " The two passes of A did not differ."
    what = "cuts off fewer turns" if primary is Primary.CUT_OFFS else "ends turns sooner"
    opposite = "cuts off more turns" if primary is Primary.CUT_OFFS else "ends turns later"
    match verdict:
        case ComparisonVerdict.BETTER:
            return f"B is better: it {what}, by {by} ({interval}, {n}).{cannot}"
        case ComparisonVerdict.WORSE:
            return f"B is worse: it {opposite}, by {by} ({interval}, {n}).{cannot}"
        case ComparisonVerdict.NO_DIFFERENCE:
            return f"No difference larger than {_amount(primary, margin)} {measured}.{cannot}"
        case ComparisonVerdict.UNDECIDED:
            return f"Undecided: this data does not tell the arms apart {measured}.{cannot}"


def _missed_text(primary: Primary, only_a: int, only_b: int) -> str:
    """What the waits leave out; they are those of turns that both arms ended."""
    if primary is not Primary.WAIT or not (only_a or only_b):
        return ""
    return f" Not compared: turns that only one arm missed (A {only_a}, B {only_b})."


def _amount(primary: Primary, value: float) -> str:
    return f"{100 * value:.1f} percentage points" if primary is Primary.CUT_OFFS else f"{value:.0f} ms"


def _signed(primary: Primary, value: float) -> str:
    return f"{100 * value:+.1f} points" if primary is Primary.CUT_OFFS else f"{value:+.0f} ms"
