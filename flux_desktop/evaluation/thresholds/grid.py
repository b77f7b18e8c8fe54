"""Every combination of thresholds and timeouts, replayed over all traces at once.

    table = trace_table(traces)
    grid = evaluate(table)                       # 51 thresholds x 10 timeouts x 13 eager thresholds
    grid.cut_share[k, t]                         # cut-offs per hold at grid.eots[k], grid.timeouts_ms[t]

Cut-offs and waits do not depend on the eager threshold: an eager end only comes earlier. Definitions are those of
`turn_scoring`, but only the first end within a turn is judged (see `replay`): holds after it are not counted, and the
end of a turn that was cut off is not judged. Percentiles are plain; intervals come from `setting_figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from flux_desktop.evaluation.thresholds.eager_ends import counts_at, eager_states
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import Booleans, Floats, Integers, TraceTable, crossings_s, on_frames
from flux_desktop.evaluation.turns.turn_matching import EARLIEST_S, LATEST_S

EOTS = tuple(round(0.5 + 0.01 * step, 2) for step in range(51))
EAGERS = tuple(round(0.3 + 0.05 * step, 2) for step in range(13))
MISSED_MAX = 0.05
TIMEOUTS_MS = (500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10_000)


class Ends(Struct, frozen=True, kw_only=True):
    """The first end of each of N turns at K thresholds and T timeouts; infinite where there is none."""

    at_s: Floats
    """K x T x N."""
    by_timeout: Booleans
    """K x T x N."""
    model_at_s: Floats
    """K x N: the model's alone."""
    model_index: Integers
    """K x N: message at which it shows; M where there is none."""
    timeout_at_s: Floats
    """T x N."""
    timeout_index: Integers
    """T x N."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What the ends do to the speakers; K x T x N, except holds: K x T x H x N."""

    cut: Booleans
    """The turn was cut off, in a hold or in speech."""
    holds_judged: Booleans
    """The hold was reached before the turn's first end."""
    holds_cut: Booleans
    missed: Booleans
    timed_out: Booleans
    """Ended by timeout, after the true end."""
    wait_s: Floats
    """From the true end to the decision; NaN where the turn was cut off or missed."""


class Grid(Struct, frozen=True, kw_only=True):
    """Figures by threshold and timeout (K x T), and by eager threshold (K x T x G); NaN where nothing is known."""

    eots: tuple[float, ...]
    timeouts_ms: tuple[int, ...]
    eagers: tuple[float, ...]
    holds: Integers
    """Holds judged, repeats included."""
    holds_cut: Integers
    turns: Integers
    turns_cut: Integers
    missed: Integers
    timed_out: Integers
    wait_p50_ms: Floats
    wait_p95_ms: Floats
    eager_ends: Integers
    eager_resumed: Integers
    extra_replies: Floats
    """Eager ends that no end confirmed, per turn that was not cut off."""
    eager_lead_p50_ms: Floats
    """Over the turns with a wait."""
    repeats: float

    @property
    def settings(self) -> int:
        """Settings that were evaluated: each threshold and timeout with eager off, and with each eager one up to it."""
        return len(self.timeouts_ms) * sum(1 + sum(eager <= eot for eager in self.eagers) for eot in self.eots)

    @property
    def cut_share(self) -> Floats:
        """Cut-offs per hold, 0 to 1."""
        return _share(self.holds_cut, self.holds)

    @property
    def usable(self) -> Booleans:
        """Whether a setting ends turns at all: at most `MISSED_MAX` of those that it does not cut off are missed."""
        usable: Booleans = self.missed <= MISSED_MAX * np.maximum(self.turns - self.turns_cut, 1)
        return usable

    def setting(self, eot: int, timeout: int, eager: int | None = None) -> Setting:
        """The setting at these places of the grid."""
        return Setting(
            eot=self.eots[eot],
            eager=None if eager is None else self.eagers[eager],
            timeout_ms=self.timeouts_ms[timeout],
        )


def evaluate(
    table: TraceTable,
    eots: Sequence[float] | None = None,
    timeouts_ms: Sequence[int] | None = None,
    eagers: Sequence[float] = EAGERS,
) -> Grid:
    """The figures of every combination, by default of `EOTS` and `TIMEOUTS_MS` as far as the traces can be replayed.

    Eager thresholds above the other one are no settings: 0 and NaN."""
    eot_max, timeout_ms_max = table.replayable
    eots = eots or [eot for eot in EOTS if eot <= eot_max]
    timeouts_ms = timeouts_ms or [timeout_ms for timeout_ms in TIMEOUTS_MS if timeout_ms <= timeout_ms_max]
    ends = first_ends(table, eots, timeouts_ms)
    outcome = judge(table, ends)
    judged = table.end_scored
    waits = percentiles_ms(outcome.wait_s, (0.5, 0.95))
    eager = _eager(table, ends, outcome, eots, eagers)
    return Grid(
        eots=tuple(eots),
        timeouts_ms=tuple(timeouts_ms),
        eagers=tuple(eagers),
        holds=outcome.holds_judged.sum(axis=(2, 3)),
        holds_cut=outcome.holds_cut.sum(axis=(2, 3)),
        turns=np.full(outcome.cut.shape[:2], int(judged.sum())),
        turns_cut=(outcome.cut & judged).sum(axis=2),
        missed=outcome.missed.sum(axis=2),
        timed_out=outcome.timed_out.sum(axis=2),
        wait_p50_ms=waits[0],
        wait_p95_ms=waits[1],
        eager_ends=eager.ends,
        eager_resumed=eager.resumed,
        extra_replies=eager.extra,
        eager_lead_p50_ms=eager.lead_p50_ms,
        repeats=table.repeats,
    )


def first_ends(table: TraceTable, eots: Sequence[float], timeouts_ms: Sequence[int]) -> Ends:
    """The first end of every turn, by the model or by timeout."""
    model_index, model_at_s = _model_ends(table, np.asarray(eots, dtype=float))
    timeout_index, timeout_at_s = _timeout_ends(table, np.asarray(timeouts_ms, dtype=float) / 1000)
    by_timeout = timeout_at_s[None, :, :] < model_at_s[:, None, :]
    return Ends(
        at_s=np.where(by_timeout, timeout_at_s[None, :, :], model_at_s[:, None, :]),
        by_timeout=by_timeout,
        model_at_s=model_at_s,
        model_index=model_index,
        timeout_at_s=timeout_at_s,
        timeout_index=timeout_index,
    )


def _first_reached(highest: Floats, limits: Floats) -> Integers:
    """L x N: the first place in each row of N x M that reaches the limit; rows never fall. M where there is none."""
    return np.array([(highest < limit).sum(axis=1) for limit in limits], dtype=np.int64)


def _at(values: Floats, index: Integers, missing: float) -> Floats:
    """The values of N x M at L x N places; `missing` where the place is M."""
    padded = np.concatenate([values, np.full((len(values), 1), missing)], axis=1)
    return np.take_along_axis(padded, index.T, axis=1).T


def _model_ends(table: TraceTable, eots: Floats) -> tuple[Integers, Floats]:
    index = _first_reached(table.confidence_max, eots)
    at_s, before_s = _at(table.times, index, np.inf), _at(table.times_before, index, np.inf)
    high, low = _at(table.confidence, index, np.nan), _at(table.confidence_before, index, np.nan)
    return index, crossings_s(at_s, before_s, high, low, eots[:, None])


def _timeout_ends(table: TraceTable, timeouts_s: Floats) -> tuple[Integers, Floats]:
    index = _first_reached(table.silence_max, timeouts_s - 1e-9)
    at_s = _at(table.silence_from, index, np.inf) + timeouts_s[:, None]
    return index, on_frames(at_s, _at(table.times, index, np.inf))


def judge(table: TraceTable, ends: Ends) -> Outcome:
    """What the first ends mean: cut-off, missed, by timeout, or a wait."""
    at_s, judged = ends.at_s, table.end_scored
    cut = at_s < table.end_s + EARLIEST_S
    starts, stops = table.hold_start.T, table.hold_end.T
    holds_judged = (at_s[:, :, None, :] >= starts) & np.isfinite(starts)
    holds_cut = holds_judged & (at_s[:, :, None, :] <= stops)
    limit = np.minimum(table.end_s + LATEST_S, table.next_s)
    timed_out = ~cut & ends.by_timeout & judged
    missed = ~cut & ~ends.by_timeout & (at_s > limit) & judged
    with np.errstate(invalid="ignore"):
        wait_s = np.where(cut | missed | ~judged, np.nan, at_s - table.end_s)
    return Outcome(
        cut=cut, holds_judged=holds_judged, holds_cut=holds_cut, missed=missed, timed_out=timed_out, wait_s=wait_s
    )


def percentiles_ms(values_s: NDArray[np.floating], levels: Sequence[float]) -> Floats:
    """Percentiles along the last axis, NaN left out, in milliseconds: the smallest value that reaches the share."""
    if not values_s.shape[-1]:
        return np.full((len(levels), *values_s.shape[:-1]), np.nan)
    ordered = np.sort(values_s, axis=-1)
    counts = np.isfinite(values_s).sum(axis=-1)
    percentiles = []
    for level in levels:
        place = np.maximum(np.ceil(level * counts - 1e-9).astype(np.int64) - 1, 0)
        percentiles.append(np.where(counts > 0, np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0], np.nan))
    return np.array(percentiles, dtype=np.float64) * 1000


def _share(part: Integers, whole: Integers) -> Floats:
    shares = np.full(part.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


class _Eager(NamedTuple):
    """K x T x G each."""

    ends: Integers
    resumed: Integers
    extra: Floats
    lead_p50_ms: Floats


def _eager(table: TraceTable, ends: Ends, outcome: Outcome, eots: Sequence[float], eagers: Sequence[float]) -> _Eager:
    shape = (len(eots), len(ends.timeout_at_s), len(eagers))
    figures = _Eager(*np.zeros((2, *shape), dtype=np.int64), *np.full((2, *shape), np.nan))
    if not table.turns or not eagers:
        return figures
    states = eager_states(table, eagers)
    by_model = counts_at(states, ends.model_index, ends.model_at_s)
    by_timeout = counts_at(states, ends.timeout_index, ends.timeout_at_s)
    judged = ~outcome.cut & table.end_scored
    for place, eot in enumerate(eots):
        usable = np.asarray(eagers) <= eot
        timed_out = ends.by_timeout[place][:, None, :]
        fired = np.where(timed_out, by_timeout.ends, by_model.ends[place])
        lead_s = np.where(timed_out, by_timeout.lead_s, by_model.lead_s[place])
        turns = judged[place].sum(axis=1)[:, None]
        extra = ((fired - np.isfinite(lead_s)) * judged[place][:, None, :]).sum(axis=2)
        lead_s = np.where(np.isfinite(outcome.wait_s[place])[:, None, :], lead_s, np.float32(np.nan))
        figures.ends[place] = fired.sum(axis=2) * usable
        figures.resumed[place] = np.where(timed_out, by_timeout.resumed, by_model.resumed[place]).sum(axis=2) * usable
        figures.extra[place] = np.where(usable & (turns > 0), extra / np.maximum(turns, 1), np.nan)
        figures.lead_p50_ms[place] = np.where(usable, percentiles_ms(lead_s, (0.5,))[0], np.nan)
    return figures
