"""What a run of the Live page uses and costs at most, in words. No Qt."""

from __future__ import annotations

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.records.stages import slots
from flux_desktop.evaluation.cost import budget_stream_minutes, cost_of
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.ramp import planned_seconds


def live_cost(state: AppState) -> str:
    """To be shown before Start; empty for the built-in endpoint, which costs nothing, and for an invalid choice."""
    try:
        plan = state.plan(state.source or WavSource(path=""))
        wanted = state.choices.ramp.budget
        budget = budget_stream_minutes(wanted, state.prices) if wanted else None
    except ProblemError as error:
        return error.problem.sentence() if state.choices.ramp.budget else ""
    if plan.is_local:
        return ""
    minutes = _stream_minutes(plan, state.audio_s(plan))
    if minutes is None and budget is None:
        return f"{cost_of(plan.connections, state.prices).sentence()} for each minute, until stopped."
    known = [each for each in (minutes, budget) if each is not None]
    within = ", within the budget" if budget is not None and min(known) == budget else ""
    return f"{cost_of(min(known), state.prices).sentence()}{within}."


def _stream_minutes(plan: RunPlan, audio_s: float | None) -> float | None:
    """Of all streams, at most; None where the end is open."""
    if plan.stages:
        return sum(slot.duration_s for slot in slots(plan.stages)) / 60
    each_s = planned_seconds(plan, audio_s)
    return None if each_s is None else plan.connections * each_s / 60
