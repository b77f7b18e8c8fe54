"""The answer of a threshold sweep as data: presets, frontier, the current setting, and what they are compared with.

report = sweep_report(traces, current=Setting(), endpoint="my-flux")
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, once, wilson
from flux_desktop.evaluation.thresholds.fixed_silence import BaselinePoint, fixed_silence
from flux_desktop.evaluation.thresholds.frontier import frontier
from flux_desktop.evaluation.thresholds.grid import Grid, evaluate, first_ends, judge
from flux_desktop.evaluation.thresholds.presets import LIMITS, Preset, PresetLimit, presets
from flux_desktop.evaluation.thresholds.public_figures import AS_OF, PUBLIC_FIGURES, SOURCE, PublicFigure
from flux_desktop.evaluation.thresholds.replay_error import ReplayError
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting, Trace, not_replayable
from flux_desktop.evaluation.traces.trace_table import TraceTable, trace_table
from flux_desktop.evaluation.turns.turn_figures import TurnFigures

SCHEMA_VERSION = 2
POINTS_MAX = 24
"""Of the frontier, evenly chosen: each needs an interval."""


class FrontierPoint(Struct, frozen=True, kw_only=True):
    """A setting that no other one beats both in cut-offs and in waiting time."""

    setting: Setting
    cut_offs_per_hold: Estimate
    wait_p50_ms: Estimate
    wait_p95_ms: Estimate
    missed: int


class Confirmed(Struct, frozen=True, kw_only=True):
    """A setting that was also run live, beside its replay."""

    setting: Setting
    live: TurnFigures
    replayed: TurnFigures
    error: ReplayError


class SweepReport(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What `flux-stress sweep --json` prints. Shares are 0 to 1, times milliseconds."""

    schema: int = SCHEMA_VERSION
    endpoint: str
    recorded: Setting
    """Up to where the traces can be replayed."""
    clips: int
    conversations: int
    turns: int
    holds: int
    repeats: int
    """How often a clip was recorded, in the mean."""
    settings_evaluated: int
    current: Setting
    current_figures: TurnFigures | None
    """None where the current setting is beyond what was recorded; `notes` say why."""
    presets: list[Preset]
    frontier: list[FrontierPoint]
    fixed_silence: list[BaselinePoint]
    public_figures: tuple[PublicFigure, ...] = PUBLIC_FIGURES
    public_figures_source: str = f"{SOURCE}, {AS_OF}"
    confirmed: list[Confirmed] = []
    stream_minutes: float | None = None
    duration_s: float | None = None
    notes: list[str] = []
    sessions: list[str] = []


def sweep_report(
    traces: Sequence[Trace],
    *,
    current: Setting,
    endpoint: str,
    limits: Sequence[PresetLimit] = LIMITS,
    notes: Sequence[str] = (),
    sessions: Sequence[str] = (),
) -> SweepReport:
    """Evaluate traces; those without reference turns do not count."""
    table = trace_table(traces)
    grid = evaluate(table)
    eot_max, timeout_ms_max = table.replayable
    limit = Trace(clip="", messages=(), setting=Setting(eot=eot_max, timeout_ms=timeout_ms_max))
    why_not = not_replayable(limit, current)
    return SweepReport(
        endpoint=endpoint,
        recorded=limit.setting,
        clips=table.clips,
        conversations=len(set(table.units)),
        turns=table.different(table.end_scored),
        holds=table.different(np.isfinite(table.hold_start).sum(axis=1)),
        repeats=round(len(table.traces) / max(1, table.clips)),
        settings_evaluated=grid.settings,
        current=current,
        current_figures=setting_figures(table, current) if table.turns and not why_not else None,
        presets=presets(table, grid, limits),
        frontier=frontier_points(table, grid),
        fixed_silence=fixed_silence(table),
        notes=[*notes, *([f"The current setting is not evaluated. {why_not}"] if why_not else [])],
        sessions=list(sessions),
    )


def frontier_points(table: TraceTable, grid: Grid, at_most: int = POINTS_MAX) -> list[FrontierPoint]:
    """The frontier with intervals, from the fewest cut-offs to the shortest wait; thinned out evenly if it is long."""
    places = frontier(grid)
    if len(places) > at_most:
        chosen = sorted({round(place * (len(places) - 1) / (at_most - 1)) for place in range(at_most)})
        places = [places[place] for place in chosen]
    return [_point(table, grid, place) for place in places]


def _point(table: TraceTable, grid: Grid, place: tuple[int, int]) -> FrontierPoint:
    setting = grid.setting(*place)
    outcome = judge(table, first_ends(table, (setting.eot,), (setting.timeout_ms,)))
    wait_s = outcome.wait_s[0, 0]
    known = np.flatnonzero(np.isfinite(wait_s))
    waits_ms, units = [float(wait_s[row]) * 1000 for row in known], [table.units[row] for row in known]
    p50, p95 = (quantile(waits_ms, units, level, repeats=grid.repeats) for level in (0.5, 0.95))
    return FrontierPoint(
        setting=setting,
        cut_offs_per_hold=once(wilson(int(grid.holds_cut[place]), int(grid.holds[place])), grid.repeats),
        wait_p50_ms=p50,
        wait_p95_ms=p95,
        missed=int(grid.missed[place]),
    )
