"""Presets by use, derived from one's own recordings: the fastest setting that cuts off at most so many holds.

    for preset in presets(table, grid):            # fast, balanced, patient
        preset.setting, preset.figures             # or None, and preset.undecided says why

A setting counts only if the upper end of its 95 % interval is at or below the limit, and if it misses few turns. The
best of many settings looks a little better than it is: `flux-stress sweep --confirm` runs the chosen ones live.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from flux_desktop.evaluation.statistics.intervals import CONFIDENCE, Estimate, Side, decides, once, wilson
from flux_desktop.evaluation.thresholds.frontier import order_of_preference
from flux_desktop.evaluation.thresholds.grid import MISSED_MAX, Grid
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.evaluation.turns.turn_figures import TurnFigures

EXTRA_REPLIES_MAX = 0.5
"""An eager threshold is recommended where it costs at most so many unused replies per turn."""
LEAD_MIN_MS = 10.0
_HOLDS_MAX = 100_000


class PresetLimit(Struct, frozen=True):
    """A use, and the largest share of holds (0 to 1) in which the speaker may be cut off."""

    name: str
    cut_share_max: float


LIMITS = (PresetLimit("fast", 0.10), PresetLimit("balanced", 0.05), PresetLimit("patient", 0.02))


class Preset(Struct, frozen=True, kw_only=True):
    """What a limit leads to."""

    limit: PresetLimit
    setting: Setting | None = None
    figures: TurnFigures | None = None
    undecided: str = ""
    """Why there is no setting, as a sentence; empty if there is one."""
    holds_needed: int | None = None
    """Further holds that would decide it, if cut-offs stayed as rare as now; None where that is not the reason."""


def presets(table: TraceTable, grid: Grid, limits: Sequence[PresetLimit] = LIMITS) -> list[Preset]:
    """One preset for each limit, in order."""
    return [_preset(table, grid, limit) for limit in limits]


def holds_needed(share: float, limit: float, holds: int) -> int | None:
    """How many holds are needed beyond `holds` until a share of cut-offs this low proves to be below the limit.

    None if the share itself is not below it.
    """
    if share >= limit:
        return None
    low, high = max(1, holds), _HOLDS_MAX
    if not _proves(share, limit, high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _proves(share, limit, middle) else (middle + 1, high)
    return low - holds


def _proves(share: float, limit: float, holds: int) -> bool:
    return decides(wilson(share * holds, holds), limit) is Side.BELOW


def _preset(table: TraceTable, grid: Grid, limit: PresetLimit) -> Preset:
    place = _fastest(grid, limit.cut_share_max)
    if place is None:
        return _undecided(grid, limit)
    eot, timeout = place
    setting = grid.setting(eot, timeout, _eager(grid, eot, timeout))
    return Preset(limit=limit, setting=setting, figures=setting_figures(table, setting))


def _fastest(grid: Grid, limit: float) -> tuple[int, int] | None:
    """The shortest p50 of the wait among the settings whose upper bound is within the limit."""
    best: tuple[int, int] | None = None
    best_ms = np.inf
    for place in order_of_preference(grid):
        at = divmod(int(place), len(grid.timeouts_ms))
        wait_ms = grid.wait_p50_ms[at]
        if wait_ms < best_ms and grid.usable[at] and decides(_share(grid, at), limit) is Side.BELOW:
            best, best_ms = at, wait_ms
    return best


def _share(grid: Grid, at: tuple[int, int]) -> Estimate:
    return once(wilson(int(grid.holds_cut[at]), int(grid.holds[at])), grid.repeats)


def _eager(grid: Grid, eot: int, timeout: int) -> int | None:
    """The eager threshold with the longest lead that its unused replies are worth; None if there is none."""
    extra, lead = grid.extra_replies[eot, timeout], grid.eager_lead_p50_ms[eot, timeout]
    usable = np.flatnonzero((extra <= EXTRA_REPLIES_MAX) & (lead >= LEAD_MIN_MS))
    return int(usable[np.argmax(lead[usable])]) if usable.size else None


def _undecided(grid: Grid, limit: PresetLimit) -> Preset:
    shares = [(_share(grid, (at[0], at[1])), at) for at in np.ndindex(grid.holds.shape)]
    known = [share for share, at in shares if share.value is not None and grid.usable[at]]
    percent = f"{100 * limit.cut_share_max:g} %"
    if not known:
        return Preset(limit=limit, undecided=f"This data does not decide it: {_why_unusable(grid)}.")
    share = min(known, key=lambda each: (each.value, -each.n))
    assert share.value is not None
    needed = holds_needed(share.value, limit.cut_share_max, share.n)
    if needed is not None:
        return Preset(
            limit=limit,
            undecided=f"This data does not decide it: {needed:,} more holds are needed, if as few of them are cut off."
            + _passed_but_unusable(grid, limit),
            holds_needed=needed,
        )
    if decides(share, limit.cut_share_max) is Side.ABOVE:
        why = (
            f"No setting stays within {percent}: the most patient one cuts off {100 * share.value:.1f} % of the holds."
        )
        return Preset(limit=limit, undecided=why)
    why = (
        f"This data does not decide it: the most patient setting cuts off {100 * share.value:.1f} % of {share.n:,} "
        f"holds, which is not below {percent} at {100 * CONFIDENCE:g} % confidence."
    )
    return Preset(limit=limit, undecided=why)


def _why_unusable(grid: Grid) -> str:
    if not grid.holds.any():
        return "it has no holds of 0.2 to 5 s"
    return f"every setting misses more than {100 * MISSED_MAX:g} % of the turns"


def _passed_but_unusable(grid: Grid, limit: PresetLimit) -> str:
    """A sentence where settings would stay within the limit because they miss turns; else nothing."""
    unusable = [(int(at[0]), int(at[1])) for at in np.argwhere(~grid.usable)]
    if not any(decides(_share(grid, at), limit.cut_share_max) is Side.BELOW for at in unusable):
        return ""
    return (
        f" Settings that stay below {100 * limit.cut_share_max:g} % miss more than {100 * MISSED_MAX:g} % of the turns."
    )
