"""The search for an endpoint's capacity as a pure function of what was measured so far.

`next_rung(history, settings)` returns the next number of streams to measure, or the `Result`. Numbers double until a
rung does not pass, then the bracket is bisected to 4 % (at least 1), then its two ends are measured again, from above
and after a cool-down. The bracket is conservative: a number counts as
passed only if no measurement there failed and most passed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from flux_desktop.evaluation.capacity.result import Result, Shape, undecided
from flux_desktop.evaluation.capacity.rung import Approach, RungOutcome

START = 28
"""From here a search up to 1,000 streams brackets the limit in 12 rungs at most; from 16 it often took 13."""
RESOLUTION = 0.04
"""Width of a bracket that is narrow enough, as a part of its lower end."""
NEAR = 0.025
"""How far from a number that stays undecided, and is therefore next to the limit, the next one is."""
ATTEMPTS_MAX = 3
"""Measurements of one rung, each longer than the one before, until it is left undecided."""
INVALID_MAX = 3
CHANGES_MAX = 3
"""Changes of the number of instances, each of which restarts the search, until it is given up."""
RUNGS_MAX = 30
"""Without the longer attempts; a search up to 1,000 streams takes 12, and 5 more to confirm its boundary."""


class SearchSettings(Struct, frozen=True, kw_only=True):
    """`max_streams` is the user's upper end; both ends of the bracket are measured `repeats` times."""

    start: int = START
    max_streams: int = 1000
    repeats: int = 3
    resolution: float = RESOLUTION


class Rung(Struct, frozen=True, kw_only=True):
    """What to measure next: `streams` held at once.

    `approach` below: streams are added to those that are open. `cool_down`: all are closed first, for the endpoint to
    recover. `attempt` multiplies the time to measure.
    """

    streams: int
    approach: Approach = "below"
    cool_down: bool = False
    attempt: int = 1


def next_rung(history: Sequence[RungOutcome], settings: SearchSettings) -> Rung | Result:
    """The next rung of a search, or its result."""
    changes = sum(outcome.instances_changed for outcome in history)
    if changes >= CHANGES_MAX:
        reason = f"the endpoint changed its number of instances {changes} times; suspend its scaling for the search"
        return Result(kind="INVALID", reason=reason, max_streams=settings.max_streams)
    current = since_last_change(history)
    if current and current[-1].judgement == "INVALID":
        return _after_invalid(current)
    if current and current[-1].judgement == "UNDECIDED" and current[-1].attempt < ATTEMPTS_MAX:
        last = current[-1]
        return Rung(streams=last.streams, approach=last.approach, attempt=last.attempt + 1)
    levels = Levels(current)
    if sum(outcome.attempt == 1 for outcome in current) >= RUNGS_MAX:
        return levels.result(settings, "the results kept contradicting each other")
    if levels.not_passed is None:
        if levels.passed >= settings.max_streams:
            return levels.result(settings)
        return _going_to(min(settings.max_streams, max(settings.start, 2 * levels.passed)), current)
    middle = _middle(levels, settings)
    return _going_to(middle, current) if middle else _confirmation(levels, current, settings)


def interrupted(history: Sequence[RungOutcome], settings: SearchSettings, reason: str) -> Result:
    """What is known when a search ends early, with the reason in a few words."""
    return Levels(since_last_change(history)).result(settings, reason, complete=False)


def since_last_change(history: Sequence[RungOutcome]) -> list[RungOutcome]:
    """The outcomes since the endpoint last changed its number of instances."""
    changes = [place for place, outcome in enumerate(history) if outcome.instances_changed]
    return list(history[changes[-1] + 1 :] if changes else history)


class Levels:
    """What is known for each number of streams that was measured from below."""

    def __init__(self, outcomes: Sequence[RungOutcome]) -> None:
        self._all = outcomes
        self._at: dict[int, list[RungOutcome]] = {}
        for place, outcome in enumerate(outcomes):
            superseded = place + 1 < len(outcomes) and outcomes[place + 1].attempt > 1
            if outcome.judgement != "INVALID" and outcome.approach == "below" and not superseded:
                self._at.setdefault(outcome.streams, []).append(outcome)
        self.not_passed = min((n for n in self._at if not self.are(n, "PASS")), default=None)
        """The lowest number that does not count as passed."""
        below = [n for n in self._at if self.not_passed is None or n < self.not_passed]
        self.passed = max(below, default=0)
        """The highest number below it."""
        self.failed = min(
            (n for n in self._at if self.not_passed is not None and n >= self.not_passed and self.are(n, "FAIL")),
            default=None,
        )
        """The lowest number from there that counts as failed."""
        self.unsure = sorted(n for n in self._at if not self.are(n, "PASS") and not self.are(n, "FAIL"))

    def are(self, streams: int, judgement: str) -> bool:
        """Whether a number counts as passed or failed: no measurement says the opposite, and most say it."""
        judgements = [outcome.judgement for outcome in self._at[streams]]
        others = [each for each in judgements if each != judgement]
        return "PASS" not in others and "FAIL" not in others and len(others) < len(judgements) / 2

    def at(self, streams: int) -> list[RungOutcome]:
        """The measurements from below at a number."""
        return self._at.get(streams, [])

    def was_measured_from_above(self, streams: int) -> bool:
        """Whether a number was measured right after an overload."""
        return any(each.streams == streams and each.approach == "above" for each in self._all)

    def recovered(self, streams: int) -> bool | None:
        """Whether a number passed right after an overload; None if that was not measured."""
        after = [each for each in self._all if each.streams == streams and each.approach == "above"]
        decided = [each.judgement == "PASS" for each in after if each.judgement in ("PASS", "FAIL")]
        return all(decided) if decided else None

    def result(self, settings: SearchSettings, reason: str = "", *, complete: bool = True) -> Result:
        """The result with what is known; `reason` says why the search ended early, if it did."""
        failed = self.at(self.failed) if self.failed is not None else []
        refused = bool(failed) and all(outcome.refused for outcome in failed)
        highest = max((n for n in self._at if any(o.judgement == "PASS" for o in self._at[n])), default=0)
        common = Result(
            kind="BRACKETED",
            passes=self.passed,
            fails=self.failed,
            why_fails=failed[0].why if failed else "",
            unsure=tuple(self.unsure),
            repeats=min((len(self.at(n)) for n in (self.passed, self.failed) if n), default=0),
            spread_percent=_spread(self.passed, self.not_passed, highest),
            recovers=self.recovered(self.passed),
            shape=_shape(self.at(self.passed), failed),
            max_streams=settings.max_streams,
            instances=next((each.instances for each in reversed(self._all) if each.instances), None),
            reason=reason,
        )
        if self.failed is None and self.passed:
            return common.of_kind("LOWER BOUND") if self.not_passed is None or not complete else undecided(common)
        if self.failed is None:
            return undecided(common)
        if reason and self.failed - self.passed > _step(self.passed, settings):
            return common.of_kind("LOWER BOUND") if self.passed else undecided(common)
        return common.of_kind("REFUSED") if refused else common


def _after_invalid(current: list[RungOutcome]) -> Rung | Result:
    last = current[-1]
    count = 0
    for outcome in reversed(current):
        if outcome.judgement != "INVALID":
            break
        count += 1
    if count >= INVALID_MAX:
        levels = Levels(current)
        return Result(
            kind="INVALID", passes=levels.passed, fails=levels.failed, reason=last.reason, max_streams=last.streams
        )
    return Rung(streams=last.streams, approach=last.approach, cool_down=True)


def _going_to(streams: int, current: list[RungOutcome]) -> Rung:
    """A rung from below: after anything but a pass, and on the way down, the endpoint recovers first."""
    last = current[-1] if current else None
    return Rung(
        streams=streams,
        cool_down=last is not None and (last.judgement != "PASS" or last.streams >= streams),
    )


def _middle(levels: Levels, settings: SearchSettings) -> int | None:
    """Where to bisect next, below or above a number that stays undecided; None once the bracket is narrow."""
    low, high = levels.passed, levels.not_passed
    assert high is not None
    if high - low > _step(low, settings):
        refused = [outcome.connected for outcome in levels.at(high) if outcome.refused]
        if refused:
            # An endpoint that refuses shows its limit by how many streams it took.
            return min(high - 1, max(low + 1, *refused))
        if high in levels.unsure and low < (below := high - _near(high)):
            return below  # what stays undecided is next to the limit: a little below it should pass
        return _geometric_middle(low, high)
    if levels.failed is None and high >= settings.max_streams:
        return None
    low = max([n for n in levels.unsure if levels.failed is None or n < levels.failed], default=low)
    above = low + _near(low)
    if low not in levels.unsure or (levels.failed is not None and levels.failed <= above):
        return None
    return min(settings.max_streams, above) if low < settings.max_streams else None


def _confirmation(levels: Levels, current: list[RungOutcome], settings: SearchSettings) -> Rung | Result:
    """Measure both ends of the bracket again, until each has been measured `repeats` times."""
    low, high, last = levels.passed, levels.failed, current[-1]
    if high is None:
        return levels.result(settings)
    wanted_low = len(levels.at(low)) < settings.repeats if low else False
    wanted_high = len(levels.at(high)) < settings.repeats
    overloaded = last.streams > low and last.judgement == "FAIL"
    if low and overloaded and settings.repeats > 1 and not levels.was_measured_from_above(low):
        return Rung(streams=low, approach="above")
    if wanted_high and (last.judgement == "PASS" or not wanted_low):
        return Rung(streams=high, cool_down=last.judgement != "PASS")
    if wanted_low:
        return Rung(streams=low, cool_down=True)
    return levels.result(settings)


def _step(streams: int, settings: SearchSettings) -> int:
    """The width of a bracket that is narrow enough."""
    return max(1, math.floor(settings.resolution * streams))


def _near(streams: int) -> int:
    return max(1, round(NEAR * streams))


def _geometric_middle(low: int, high: int) -> int:
    middle = round(math.sqrt(low * high)) if low else high // 2
    return min(high - 1, max(low + 1, middle))


def _spread(passed: int, not_passed: int | None, highest_passed: int) -> float:
    """How far measurements contradict each other: from the lowest that did not pass to the highest that did, in %."""
    if not_passed is None or highest_passed < not_passed or not passed:
        return 0.0
    return 100 * (highest_passed - passed) / passed


def _shape(passed: list[RungOutcome], failed: list[RungOutcome]) -> Shape | None:
    """Whether latency rose gradually to the limit or jumped across it; None where too little is known."""
    before, after = passed[0].worst() if passed else None, failed[0].worst() if failed else None
    if before is None or after is None or before.value_ms is None or after.value_ms is None:
        return None
    if after.judgement != "FAIL":
        return None  # it failed for another reason than its latency
    limit_ms = after.criterion.below_ms
    return "cliff" if before.value_ms < 0.5 * limit_ms and after.value_ms > 2 * limit_ms else "smooth"
