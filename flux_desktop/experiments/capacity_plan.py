"""What a capacity search is to do, and where it is, as data."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.search import Rung, SearchSettings

STREAM_MAX_S = 27 * 60.0
"""Streams are replaced between rungs before they would rotate, so that no rung contains a rotation."""


class CapacityPlan(Struct, frozen=True, kw_only=True):
    """What is searched for, and when to stop early. `run` is a plan on demand (`on_demand_plan`)."""

    run: RunPlan
    criteria: tuple[Criterion, ...]
    search: SearchSettings = SearchSettings()
    timing: PhaseDurations = PhaseDurations()
    budget_stream_minutes: float | None = None
    until: datetime | None = None


class Progress(Struct, frozen=True, kw_only=True):
    """Where a search is: the phase of the present rung, and how long the phase may still last at most."""

    rung: Rung
    phase: str
    left_s: float
    open_streams: int
    stream_minutes: float
    t_s: float = 0.0
    """On the run's clock."""


def on_demand_plan(plan: RunPlan, max_streams: int) -> RunPlan:
    """A plan for a search from one for a run: its connections open on demand, and a failed stream stays failed."""
    return msgspec.structs.replace(
        plan,
        connections=max_streams,
        purpose="capacity",
        on_demand=True,
        reconnect=False,
        duration_s=STREAM_MAX_S,
        stages=(),
        limits=(),
    )
