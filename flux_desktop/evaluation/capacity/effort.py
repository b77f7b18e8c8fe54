"""What a capacity search takes at most: stream-minutes and minutes, roughly, to be shown before it starts."""

from __future__ import annotations

from flux_desktop.evaluation.capacity.report import Timing
from flux_desktop.evaluation.capacity.search import Settings


def longest_stream_minutes(settings: Settings, timing: Timing) -> float:
    """Doubling, bisection and repeats, all measured to their end."""
    rung_minutes = (timing.settle_max_s + timing.measure_s) / 60
    doubled = 2.0 * settings.max_streams
    at_the_boundary = (4 + 2 * settings.repeats) * settings.max_streams
    return (doubled + at_the_boundary) * rung_minutes


def longest_minutes(settings: Settings, timing: Timing) -> float:
    """13 rungs and those that repeat the boundary."""
    return (13 + 2 * settings.repeats) * (timing.settle_max_s + timing.measure_s + timing.cool_down_s) / 60
