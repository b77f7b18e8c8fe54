"""What the Tune page draws of one recording: every setting, the best ones with their bands, baseline and presets.

Everything here is computed from `evaluation`; `evaluated` takes a second or more and belongs on a thread.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, once, wilson
from flux_desktop.evaluation.thresholds.fixed_silence import BaselinePoint, fixed_silence
from flux_desktop.evaluation.thresholds.frontier import frontier
from flux_desktop.evaluation.thresholds.grid import EOTS, TIMEOUTS_MS, Grid, evaluate, first_ends, judge
from flux_desktop.evaluation.thresholds.presets import LIMITS, Preset, PresetLimit, presets
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.traces.trace_table import TraceTable, trace_table


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: how many holds it cuts off, and how long speakers wait (p50)."""

    setting: Setting
    cut_share: Estimate
    """0 to 1."""
    wait_ms: Estimate


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one recording says about settings."""

    table: TraceTable
    grid: Grid
    recorded: Setting
    """Highest threshold and longest timeout that can be replayed."""
    best: tuple[CurvePoint, ...]
    """The settings that no other beats in both, from the fewest cut-offs to the shortest wait."""
    baseline: tuple[BaselinePoint, ...]
    presets: tuple[Preset, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> int:
        """Different holds that are scored; repeats not counted."""
        return self.table.different(np.isfinite(self.table.hold_start).sum(axis=1))

    @property
    def turns(self) -> int:
        """Different reference turns; repeats not counted."""
        return self.table.different(np.ones(self.table.turns, dtype=np.int64))


def evaluated(traces: Sequence[Trace], limits: Sequence[PresetLimit] = LIMITS, notes: Sequence[str] = ()) -> Evaluation:
    """Replay traces at every setting that they can answer for."""
    table = trace_table(traces)
    eot_max, timeout_ms_max = table.replayable
    recorded = Setting(eot=eot_max, timeout_ms=timeout_ms_max)
    eots = [eot for eot in EOTS if eot <= recorded.eot] or [recorded.eot]
    timeouts = [timeout for timeout in TIMEOUTS_MS if timeout <= recorded.timeout_ms] or [recorded.timeout_ms]
    grid = evaluate(table, eots, timeouts)
    return Evaluation(
        table=table,
        grid=grid,
        recorded=recorded,
        best=tuple(curve_point(table, grid.setting(*place)) for place in frontier(grid)),
        baseline=tuple(fixed_silence(table)),
        presets=tuple(presets(table, grid, limits)),
        notes=tuple(notes),
    )


def curve_point(table: TraceTable, setting: Setting) -> CurvePoint:
    """Where a setting lies on the curve, with both intervals; a few milliseconds."""
    outcome = judge(table, first_ends(table, (setting.eot,), (setting.timeout_ms,)))
    waits_ms = outcome.wait_s[0, 0] * 1000
    known = np.flatnonzero(np.isfinite(waits_ms))
    units = [table.units[row] for row in known]
    return CurvePoint(
        setting=setting,
        cut_share=once(wilson(int(outcome.holds_cut.sum()), int(outcome.holds_judged.sum())), table.repeats),
        wait_ms=quantile(waits_ms[known].tolist(), units, 0.5, repeats=table.repeats),
    )


def with_limits(evaluation: Evaluation, limits: Sequence[PresetLimit]) -> Evaluation:
    """The same with other limits of the presets."""
    return msgspec.structs.replace(evaluation, presets=tuple(presets(evaluation.table, evaluation.grid, limits)))


def nearest(points: Sequence[CurvePoint], cut_share: float) -> int | None:
    """Place of the point whose share of cut-offs is closest; None without points."""
    distances = [abs((point.cut_share.value or 0.0) - cut_share) for point in points]
    return distances.index(min(distances)) if distances else None
