"""Eager ends of all traces at once: when they come, how many are taken back, and how far ahead of the end they are.

An eager end comes when the confidence reaches the eager threshold, and is taken back (TurnResumed) when the transcript
changes or the confidence is below the threshold again. Those after the turn's first end do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from flux_desktop.evaluation.traces.trace_table import Floats, Integers, TraceTable, crossings_s

_SAME_S = 1e-3
"""States are kept in single precision."""


class EagerStates(Struct, frozen=True, kw_only=True):
    """The state after each message, for G eager thresholds: all G x N x (M + 1), with place 0 before the first one."""

    ends: Integers
    """Eager ends so far."""
    resumed: Integers
    """Of them, taken back."""
    since_s: Floats
    """When the pending eager end came; infinite while none is pending."""


class EagerCounts(Struct, frozen=True, kw_only=True):
    """At the end of each turn."""

    ends: Integers
    resumed: Integers
    lead_s: Floats
    """From the last eager end to the end; NaN where none was pending."""


def eager_states(table: TraceTable, eagers: Sequence[float]) -> EagerStates:
    """Follow every turn through its messages."""
    limits = np.asarray(eagers, dtype=float)[:, None]
    rows, width = table.times.shape
    shape = (width + 1, len(eagers), rows)
    ends, resumed = np.zeros((2, *shape), dtype=np.int16)
    since_s = np.full(shape, np.inf, dtype=np.float32)
    text = np.full(shape[1:], -1, dtype=np.int64)
    confidences, texts = np.ascontiguousarray(table.confidence.T), np.ascontiguousarray(table.texts.T)
    for place in range(width):
        confidence, present = confidences[place], texts[place]
        pending = np.isfinite(since_s[place])
        back = pending & ((confidence < limits) | (present != text))
        fires = (confidence >= limits) & (~pending | back)
        ends[place + 1] = ends[place] + fires
        resumed[place + 1] = resumed[place] + back
        since_s[place + 1] = np.where(back, np.inf, since_s[place])
        level, row = np.nonzero(fires)
        if row.size:
            since_s[place + 1, level, row] = _crossing_s(table, place, row, limits[level, 0])
            text[level, row] = present[row]
    return EagerStates(
        ends=np.moveaxis(ends, 0, 2), resumed=np.moveaxis(resumed, 0, 2), since_s=np.moveaxis(since_s, 0, 2)
    )


def counts_at(states: EagerStates, index: Integers, at_s: Floats) -> EagerCounts:
    """What had happened by an end at message `index` (L x N; M where there is none), at `at_s`: L x G x N each.

    An eager end that shows at the same message but comes after the end, as after a timeout, does not count.
    """
    width = states.ends.shape[2] - 1
    after = np.minimum(index + 1, width)
    late = _taken(states.since_s, after) > at_s[:, None, :] + _SAME_S
    late &= _taken(states.since_s, np.maximum(after - 1, 0)) != _taken(states.since_s, after)
    late &= np.isfinite(_taken(states.since_s, after)) & (index < width)[:, None, :]
    with np.errstate(invalid="ignore"):
        lead_s = at_s[:, None, :] - _taken(states.since_s, after)
    return EagerCounts(
        ends=_taken(states.ends, after) - late,
        resumed=_taken(states.resumed, after),
        lead_s=np.where(np.isfinite(lead_s) & ~late, lead_s, np.nan).astype(np.float32),
    )


def _taken[Number: np.generic](values: NDArray[Number], places: Integers) -> NDArray[Number]:
    """G x N x (M + 1) at L x N places: L x G x N."""
    return np.take_along_axis(values[None], places[:, None, :, None], axis=3)[..., 0]


def _crossing_s(table: TraceTable, place: int, rows: Integers, limits: Floats) -> Floats:
    at_s, before_s = table.times[rows, place], table.times_before[rows, place]
    high, low = table.confidence[rows, place], table.confidence_before[rows, place]
    return crossings_s(at_s, before_s, high, low, limits)
