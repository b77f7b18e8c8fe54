"""The judgement of one rung of a capacity search: whether an endpoint met its limits with so many streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from flux_desktop.evaluation.capacity.criteria import Criterion, Figure
from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import values_needed

Judgement = Literal["PASS", "FAIL", "UNDECIDED", "INVALID"]
Approach = Literal["below", "above"]
Values = npt.NDArray[np.float64]

CLUSTERS_MIN = 12
"""Fewer connections than this are each split into consecutive parts, so that their spread can be estimated."""
SLOPE_MAX = 0.01
"""Growth of latency in s per s that counts as saturation: 0.6 s in a rung of a minute."""
NOMINAL_STEP_S = 0.24
"""Audio between two Updates of a server that keeps pace."""
LONG_STEPS_MAX = 0.2
"""Share of Updates with at least twice that step which counts as saturation: the server answers only now and then."""


class Measured(Struct, frozen=True, kw_only=True):
    """One figure of a rung against its limit, in ms, with its 95 % interval over connections and its count."""

    criterion: Criterion
    value_ms: float | None = None
    low_ms: float | None = None
    high_ms: float | None = None
    n: int = 0

    @property
    def judgement(self) -> Judgement:
        """PASS and FAIL only where the whole interval is on one side of the limit."""
        if self.low_ms is not None and self.low_ms >= self.criterion.below_ms:
            return "FAIL"
        return "PASS" if self.high_ms is not None and self.high_ms < self.criterion.below_ms else "UNDECIDED"


class RungOutcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rung showed. `streams` is how many were asked for, `connected` how many were open while measuring."""

    streams: int
    judgement: Judgement
    approach: Approach = "below"
    after_cool_down: bool = False
    attempt: int = 1
    """1 for the first measurement at this place of the search, above it for longer ones after UNDECIDED."""
    measured: tuple[Measured, ...] = ()
    reason: str = ""
    """Why it is not PASS, in one sentence part."""
    connected: int = 0
    refused: int = 0
    """Streams that were refused or never Connected: the hard ceiling."""
    lost: int = 0
    """Streams that ended by themselves while this rung was held."""
    silent: int = 0
    """Streams that were open and said nothing any more."""
    instances: int | None = None
    """Of the endpoint while it was measured; None where unknown."""
    instances_changed: bool = False
    """The endpoint scaled while this rung was measured: what was known before holds no longer."""
    measure_s: float = 0.0
    stream_minutes: float = 0.0
    t_s: float = 0.0
    """End of the measurement, seconds since the search began."""

    @property
    def why(self) -> str:
        """The reason with interval and n of the figures that are beyond their limits, to stand by itself."""
        failing = [each for each in self.measured if each.judgement == "FAIL"]
        if not failing or self.refused or self.lost or self.silent:
            return self.reason
        return "; ".join(
            f"{each.criterion.label} is {interval_text(each)}, limit {each.criterion.below_ms:g} ms" for each in failing
        )

    def worst(self) -> Measured | None:
        """The figure that is nearest to its limit, or furthest beyond it."""
        known = [each for each in self.measured if each.value_ms is not None]
        return max(known, key=lambda each: (each.value_ms or 0.0) / each.criterion.below_ms, default=None)


class RungSamples(Struct, kw_only=True):
    """What was observed while a rung was measured. `values` has, by figure, the latencies in ms of each connection."""

    values: Mapping[Figure, Sequence[Values]]
    slope: float | None = None
    """Lower bound of the growth of latency, s per s; see `slope_lower_bound`."""
    long_steps: float = 0.0
    """Share of Updates whose audio step was at least twice the nominal one."""


def measure(criterion: Criterion, by_connection: Sequence[Values]) -> Measured:
    """A percentile over all connections with its 95 % interval over them (`bootstrap.quantile`)."""
    clusters = _clusters([values for values in by_connection if len(values)])
    values = np.concatenate(clusters) if clusters else np.empty(0)
    units = [place for place, cluster in enumerate(clusters) for _ in range(len(cluster))]
    estimate = quantile(values.tolist(), units, criterion.percent / 100)
    value, low, high = (
        None if each is None else round(each, 2) for each in (estimate.value, estimate.low, estimate.high)
    )
    return Measured(criterion=criterion, value_ms=value, low_ms=low, high_ms=high, n=estimate.n)


def judge(
    samples: RungSamples,
    criteria: Sequence[Criterion],
    *,
    streams: int,
    connected: int,
    refused: int,
    lost: int = 0,
    silent: int = 0,
) -> tuple[Judgement, tuple[Measured, ...], str]:
    """The judgement of a rung, its figures, and the reason where it is not PASS."""
    measured = tuple(measure(each, samples.values.get(each.figure, ())) for each in criteria)
    if refused:
        return "FAIL", measured, f"{_part(refused, streams)} refused or not answered"
    if lost:
        return "FAIL", measured, f"{_part(lost, streams)} lost"
    if silent:
        return "FAIL", measured, f"{silent} of {streams} stream{'s' * (streams != 1)} fell silent"
    failing = [each for each in measured if each.judgement == "FAIL"]
    if failing:
        return "FAIL", measured, "; ".join(_beyond(each) for each in failing)
    if samples.slope is not None and samples.slope > SLOPE_MAX:
        return "FAIL", measured, f"latency kept growing by at least {1000 * samples.slope:.0f} ms per second"
    if samples.long_steps > LONG_STEPS_MAX:
        return "FAIL", measured, f"{samples.long_steps * 100:.0f} % of the Updates came at half the usual rate or below"
    if connected < streams:
        return "UNDECIDED", measured, f"only {connected} of {streams} stream{'s' * (streams != 1)} were open"
    unsure = [each for each in measured if each.judgement != "PASS"]
    if unsure:
        return "UNDECIDED", measured, "; ".join(_unsure(each) for each in unsure)
    return "PASS", measured, ""


def slope_lower_bound(times_s: Values, latencies_ms: Values) -> float | None:
    """Lower 95 % bound of the growth of latency over time, in s per s, from medians per second; None below 5 s."""
    if not len(times_s):
        return None
    seconds = np.floor(times_s - times_s.min()).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    edges = np.flatnonzero(np.diff(seconds[order])) + 1
    medians = np.array([np.median(part) for part in np.split(latencies_ms[order], edges)]) / 1000
    x = np.unique(seconds).astype(np.float64)
    if len(x) < 5:
        return None
    slope, intercept = np.polyfit(x, medians, 1)
    rest = medians - (slope * x + intercept)
    error = float(np.sqrt((rest**2).sum() / (len(x) - 2) / ((x - x.mean()) ** 2).sum()))
    return float(slope) - 2.0 * error


def _clusters(by_connection: list[Values]) -> list[Values]:
    if not by_connection or len(by_connection) >= CLUSTERS_MIN:
        return by_connection
    parts = -(-CLUSTERS_MIN // len(by_connection))
    return [part for values in by_connection for part in np.array_split(values, parts) if len(part)]


def _part(count: int, streams: int) -> str:
    """``1 of 24 streams was``, ``2 of 24 streams were``."""
    return f"{count} of {streams} stream{'s' * (streams != 1)} {'was' if count == 1 else 'were'}"


def _beyond(measured: Measured) -> str:
    limit = measured.criterion
    return f"{limit.label} is {measured.value_ms:.0f} ms, limit {limit.below_ms:g} ms"


def _unsure(measured: Measured) -> str:
    limit = measured.criterion
    if measured.value_ms is None:
        needed = values_needed(limit.percent / 100)
        return f"{limit.label} has only {measured.n} values, {needed} are needed"
    return f"{limit.label} is {interval_text(measured)}, around the limit of {limit.below_ms:g} ms"


def interval_text(measured: Measured) -> str:
    """``512 ms (490 to 540, n = 11,520)``."""
    if measured.value_ms is None:
        return f"not known (n = {measured.n:,})"
    if measured.low_ms is None:
        return f"{measured.value_ms:.0f} ms (no interval, n = {measured.n:,})"
    high = "open" if measured.high_ms is None else f"{measured.high_ms:.0f}"
    return f"{measured.value_ms:.0f} ms ({measured.low_ms:.0f} to {high}, n = {measured.n:,})"
