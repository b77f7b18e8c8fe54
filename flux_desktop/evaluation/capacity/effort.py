"""What a capacity search takes at most: stream-minutes and minutes, roughly, to be shown before it starts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.evaluation.capacity.search import Levels, SearchSettings, next_rung, since_last_change

_BISECTIONS = 5
"""From a bracket of a factor of 2 to one of 4 %."""


def longest_stream_minutes(settings: SearchSettings, timing: PhaseDurations) -> float:
    """Doubling, bisection and repeats, all measured to their end."""
    rung_minutes = (timing.settle_max_s + timing.measure_s) / 60
    doubled = 2.0 * settings.max_streams
    at_the_boundary = (4 + 2 * settings.repeats) * settings.max_streams
    return (doubled + at_the_boundary) * rung_minutes


def longest_minutes(settings: SearchSettings, timing: PhaseDurations) -> float:
    """13 rungs and those that repeat the boundary."""
    return (13 + 2 * settings.repeats) * (timing.settle_max_s + timing.measure_s + timing.cool_down_s) / 60


def longest_minutes_left(history: Sequence[RungOutcome], settings: SearchSettings, timing: PhaseDurations) -> float:
    """The same for what is left of a search after these rungs."""
    if isinstance(next_rung(history, settings), Result):
        return 0.0
    rung_minutes = (timing.settle_max_s + timing.measure_s + timing.cool_down_s) / 60
    levels = Levels(since_last_change(history))
    repeats = 2 * settings.repeats
    if levels.not_passed is None:
        next_streams = 2 * levels.passed or settings.start
        doublings = math.ceil(math.log2(max(1.0, settings.max_streams / next_streams))) + 1
        return (doublings + _BISECTIONS + repeats) * rung_minutes
    width = (levels.not_passed - levels.passed) / max(1.0, settings.resolution * levels.passed)
    bisections = math.ceil(math.log2(max(1.0, width)))
    measured = len(levels.at(levels.passed)) + len(levels.at(levels.failed or 0)) if bisections == 0 else 2
    return (bisections + max(1, repeats - measured + 1)) * rung_minutes
