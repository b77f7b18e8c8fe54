"""Figures of one setting with their intervals, from the first end of each turn; replayed and live ends alike.

    figures = setting_figures(table, Setting(eot=0.8, eager=0.5, timeout_ms=3000))   # turn_figures.TurnFigures
    scores = setting_scores(table, setting)       # a ClipScore for each trace: which turns are cut off, and where

About 0.2 s for 1,000 turns, because intervals are resampled; `grid.evaluate` with one setting is the quick way without.
Repeats of a clip are not independent: they count once.
"""

from __future__ import annotations

import numpy as np

from flux_desktop.evaluation.thresholds.eager_ends import EagerCounts, counts_at, eager_states
from flux_desktop.evaluation.thresholds.grid import Ends, Outcome, first_ends, judge
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import TraceTable, scored_holds
from flux_desktop.evaluation.turns.turn_figures import TurnFigures, turn_figures
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, EndCause, TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, HoldResult, TurnOutcome, TurnResult


def setting_figures(table: TraceTable, setting: Setting) -> TurnFigures:
    """All figures of a setting."""
    return turn_figures(setting_scores(table, setting), table.repeats)


def setting_scores(table: TraceTable, setting: Setting) -> list[ClipScore]:
    """One score for each trace of the table, in order."""
    ends = first_ends(table, (setting.eot,), (setting.timeout_ms,))
    return scores_of_ends(table, ends, _eager(table, ends, setting))


def scores_of_ends(table: TraceTable, ends: Ends, eager: EagerCounts | None) -> list[ClipScore]:
    """Scores of the first ends of one setting (K = T = 1)."""
    outcome = judge(table, ends)
    turns: list[list[TurnResult]] = [[] for _ in table.traces]
    holds: list[list[HoldResult]] = [[] for _ in table.traces]
    for row in range(table.turns):
        trace = int(table.trace_of[row])
        decision = _decision(table, ends, row)
        turns[trace].append(_turn(table, outcome, eager, row, decision))
        holds[trace] += _holds(table, outcome, row, decision)
    return [
        ClipScore(clip=trace.clip, conversation=trace.source, turns=tuple(turns[place]), holds=tuple(holds[place]))
        for place, trace in enumerate(table.traces)
    ]


def _eager(table: TraceTable, ends: Ends, setting: Setting) -> EagerCounts | None:
    if setting.eager is None:
        return None
    states = eager_states(table, (setting.eager,))
    by_timeout = ends.by_timeout[0, 0]
    index = np.where(by_timeout, ends.timeout_index[0], ends.model_index[0])
    return counts_at(states, index[None], ends.at_s[0])


def _decision(table: TraceTable, ends: Ends, row: int) -> TurnDecision | None:
    at_s = float(ends.at_s[0, 0, row])
    if not np.isfinite(at_s):
        return None
    by_timeout = bool(ends.by_timeout[0, 0, row])
    message = int((ends.timeout_index if by_timeout else ends.model_index)[0, row])
    latency_ms = table.latency_ms[row, message] if message < table.latency_ms.shape[1] else np.nan
    return TurnDecision(
        event=DetectorEvent.END,
        audio_s=at_s,
        heard_s=None if np.isnan(latency_ms) else at_s + float(latency_ms) / 1000,
        cause=EndCause.TIMEOUT if by_timeout else EndCause.MODEL,
    )


def _turn(
    table: TraceTable, outcome: Outcome, eager: EagerCounts | None, row: int, decision: TurnDecision | None
) -> TurnResult:
    cut = bool(outcome.cut[0, 0, row])
    result = _outcome(table, outcome, row)
    is_ended = result in {TurnOutcome.ENDED, TurnOutcome.TIMEOUT}
    lead_s = None if eager is None else float(eager.lead_s[0, 0, row])
    is_confirmed = lead_s is not None and not np.isnan(lead_s)
    return TurnResult(
        turn=table.traces[table.trace_of[row]].turns[table.turn_of[row]],
        outcome=result,
        end=decision if is_ended else None,
        cut_offs=(decision,) if cut and decision is not None else (),
        is_whole=bool(table.end_scored[row]),
        eager=0 if eager is None else int(eager.ends[0, 0, row]),
        resumed=0 if eager is None else int(eager.resumed[0, 0, row]),
        confirmed=int(is_confirmed),
        eager_lead_s=lead_s if is_confirmed and is_ended else None,
    )


def _outcome(table: TraceTable, outcome: Outcome, row: int) -> TurnOutcome:
    if outcome.cut[0, 0, row] or not table.end_scored[row]:
        return TurnOutcome.NOT_JUDGED
    if outcome.missed[0, 0, row]:
        return TurnOutcome.MISSED
    return TurnOutcome.TIMEOUT if outcome.timed_out[0, 0, row] else TurnOutcome.ENDED


def _holds(table: TraceTable, outcome: Outcome, row: int, decision: TurnDecision | None) -> list[HoldResult]:
    trace = table.traces[table.trace_of[row]]
    return [
        HoldResult(hold=hold, cut_off=decision if outcome.holds_cut[0, 0, place, row] else None)
        for place, hold in enumerate(scored_holds(trace, int(table.turn_of[row])))
        if outcome.holds_judged[0, 0, place, row]
    ]
