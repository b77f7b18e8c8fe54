"""How far something that takes long is, and how long it will still take. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from flux_desktop.ui.models import text

_SHARE_MIN = 0.02
"""Below this the time that has passed says nothing about the time that is left."""


class WorkProgress(NamedTuple):
    """The share that is done (0 to 1), and both times in words."""

    share: float
    done: str
    left: str


def of_share(share: float, passed_s: float, done: str = "") -> WorkProgress:
    """Of work whose share that is done is known; the rest is expected to go on at the same rate."""
    left = "" if share < _SHARE_MIN else f"{text.clock(passed_s * (1 - share) / share)} left"
    return WorkProgress(share, done or f"{round(100 * share)} %", left)


def of_clips(done: int, failed: int, total: int, passed_s: float, planned_s: float | None) -> WorkProgress:
    """Of a live run of `total` clips that is expected to last `planned_s`; nothing has begun while `total` is 0."""
    over = done + failed
    by_time = passed_s / planned_s if planned_s else 0.0
    share = min(1.0, max(over / max(1, total), by_time))
    if not total or not passed_s:
        return WorkProgress(share, "Starting…", "connecting")
    words = f"{over:,} of {total:,} clips" + (f", {failed:,} failed" if failed else "")
    if planned_s:
        left_s = planned_s - passed_s
        return WorkProgress(share, words, f"{text.clock(left_s)} left" if left_s >= 1 else "finishing")
    return of_share(share, passed_s, words)
