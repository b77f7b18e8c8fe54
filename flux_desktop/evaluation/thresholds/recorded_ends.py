"""What a server decided live, in the same figures as a replay: the first end of each turn of traces at one setting.

figures = recorded_figures(trace_table(live_traces))
"""

from __future__ import annotations

import numpy as np

from flux_desktop.evaluation.thresholds.eager_ends import EagerCounts
from flux_desktop.evaluation.thresholds.grid import Ends
from flux_desktop.evaluation.thresholds.setting_figures import scores_of_ends
from flux_desktop.evaluation.traces.replay import parts
from flux_desktop.evaluation.traces.trace import TraceMessage
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.evaluation.turns.turn_figures import TurnFigures, turn_figures
from flux_desktop.evaluation.turns.turn_scoring import ClipScore

_FORCED = "manual"


def recorded_figures(table: TraceTable) -> TurnFigures:
    """All figures of what was decided live."""
    return turn_figures(recorded_scores(table), table.repeats)


def recorded_scores(table: TraceTable) -> list[ClipScore]:
    """One score for each trace of the table, in order."""
    rows = [_messages(table, row) for row in range(table.turns)]
    ends = _ends(table, rows)
    return scores_of_ends(table, ends, _eager(rows, ends))


def _messages(table: TraceTable, row: int) -> tuple[TraceMessage, ...]:
    trace = table.traces[int(table.trace_of[row])]
    part = parts(trace)[int(table.turn_of[row])]
    return trace.messages[part.first : part.stop]


def _end_of(messages: tuple[TraceMessage, ...]) -> int:
    """Place of the first end; their number where there is none."""
    ends = (place for place, each in enumerate(messages) if each.event == "EndOfTurn" and each.trigger != _FORCED)
    return next(ends, len(messages))


def _ends(table: TraceTable, rows: list[tuple[TraceMessage, ...]]) -> Ends:
    width = table.times.shape[1]
    at_s = np.full((1, table.turns), np.inf)
    index = np.full((1, table.turns), width, dtype=np.int64)
    by_timeout = np.zeros((1, 1, table.turns), dtype=np.bool_)
    for row, messages in enumerate(rows):
        place = _end_of(messages)
        if place < len(messages):
            at_s[0, row], index[0, row] = messages[place].audio_s, place
            by_timeout[0, 0, row] = messages[place].trigger == "timeout"
    return Ends(
        at_s=at_s[None],
        by_timeout=by_timeout,
        model_at_s=at_s,
        model_index=index,
        timeout_at_s=at_s,
        timeout_index=index,
    )


def _eager(rows: list[tuple[TraceMessage, ...]], ends: Ends) -> EagerCounts | None:
    shape = (1, 1, len(rows))
    counts, resumed = np.zeros((2, *shape), dtype=np.int64)
    lead_s = np.full(shape, np.nan)
    for row, messages in enumerate(rows):
        pending: float | None = None
        for message in messages[: _end_of(messages)]:
            if message.event == "EagerEndOfTurn":
                counts[0, 0, row] += 1
                pending = message.audio_s
            elif message.event == "TurnResumed":
                resumed[0, 0, row] += 1
                pending = None
        end_s = ends.at_s[0, 0, row]
        if pending is not None and np.isfinite(end_s):
            lead_s[0, 0, row] = end_s - pending
    return EagerCounts(ends=counts, resumed=resumed, lead_s=lead_s) if counts.any() else None
