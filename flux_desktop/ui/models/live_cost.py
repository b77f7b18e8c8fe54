"""What a run of the Live page uses and costs at most, in words. No Qt."""

from __future__ import annotations

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.evaluation.cost import budget_stream_minutes, cost_of
from flux_desktop.ui.models.app_state import AppState


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
    minutes = state.stream_minutes(plan)
    if minutes is None and budget is None:
        return f"{cost_of(plan.connections, state.prices).sentence()} for each minute, until stopped."
    known = [each for each in (minutes, budget) if each is not None]
    within = ", within the budget" if budget is not None and min(known) == budget else ""
    return f"{cost_of(min(known), state.prices).sentence()}{within}."
