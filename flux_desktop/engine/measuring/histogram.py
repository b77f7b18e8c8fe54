"""Latency histograms and the ledger of a run.

Percentiles come from HdrHistogram (3 significant digits, 1 µs to 1 h). Histograms are merged, percentiles
never averaged: the mean of two p95 was 30 % below the pooled one in a measurement.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from collections.abc import Iterable

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from flux_desktop.engine.records.facts import LedgerClass, Percentiles

_HIGHEST_US = 3_600_000_000
_FINEST_BITS = 11
"""Three significant digits: values below 2048 µs have a counter each."""

_PENDING_MAX = 8192
_RESOLUTION_US = 10
"""Coarse enough that the pacing errors of a second fall on few different values, fine enough for figures in ms."""
_RESOLUTION_S = _RESOLUTION_US / 1e6


class Histogram:
    """Durations in seconds, kept as microseconds. Below 1 µs counts as 1 µs, above 1 h as 1 h; the resolution is 10 µs.

    What is added waits in a plain list and is recorded in batches: a call of `record_value` costs 2 µs.
    """

    def __init__(self) -> None:
        self._hdr = HdrHistogram(1, _HIGHEST_US, 3)
        self._pending: list[float] = []
        self._percentiles = Percentiles()
        """Of as many durations as it counts: those of an opening are asked for long after the last one."""
        self._recorded_s = 0.0

    def add(self, duration_s: float) -> None:
        """Count one duration."""
        pending = self._pending
        pending.append(duration_s)
        if len(pending) >= _PENDING_MAX:
            self._recorded()

    @property
    def total_s(self) -> float:
        """Sum of what was added here; merged values are not in it."""
        return self._recorded_s + sum(self._pending)

    def add_expected(self, duration_s: float, interval_s: float) -> None:
        """Count one duration, and the samples due every `interval_s` that it delayed."""
        if duration_s < interval_s:
            self.add(duration_s)
        else:
            self._hdr.record_corrected_value(_us(duration_s), int(interval_s * 1e6))

    def percentiles(self) -> Percentiles:
        """p50, p95, p99 and the largest value in milliseconds, with the count."""
        if self._percentiles.n != self.n:
            self._percentiles = self._ranked()
        return self._percentiles

    def _ranked(self) -> Percentiles:
        hdr = self._recorded()
        counts = np.frombuffer(hdr.counts, dtype=np.uint64)
        used = np.flatnonzero(counts[: _counters(np.array([hdr.max_value]))[0] + 1])
        up_to = np.cumsum(counts[used])

        def value_ms(percent: int) -> float:
            # The nearest rank, as everywhere: HdrHistogram's own rounding takes the 56th of 59 values for p95.
            nth = np.uint64(-(-hdr.total_count * percent // 100))
            value_us: int = hdr.get_highest_equivalent_value(
                hdr.get_value_from_index(int(used[np.searchsorted(up_to, nth)]))
            )
            return value_us / 1000

        return Percentiles(
            n=hdr.total_count,
            p50_ms=value_ms(50),
            p95_ms=value_ms(95),
            p99_ms=value_ms(99),
            max_ms=hdr.get_max_value() / 1000,
        )

    @property
    def n(self) -> int:
        """How many durations were counted."""
        count: int = self._hdr.total_count
        return count + len(self._pending)

    def _recorded(self) -> HdrHistogram:
        """The histogram with all that was added. Raises nothing: every value is within its range."""
        hdr = self._hdr
        if self._pending:
            us = np.clip(np.rint(np.array(self._pending) / _RESOLUTION_S) * _RESOLUTION_US, 1, _HIGHEST_US).astype(
                np.int64
            )
            self._recorded_s += sum(self._pending)
            self._pending.clear()
            np.add.at(np.frombuffer(hdr.counts, dtype=np.uint64), _counters(us), 1)
            hdr.total_count += len(us)
            hdr.min_value, hdr.max_value = min(hdr.min_value, int(us.min())), max(hdr.max_value, int(us.max()))
        return hdr

    def encode(self) -> str:
        """The whole histogram as base64 text, as a worker sends it to the supervisor."""
        text: bytes = self._recorded().encode()
        return text.decode("ascii")

    def merge_encoded(self, text: str) -> None:
        """Add an encoded histogram, value by value."""
        self._recorded().decode_and_add(text)


_ENCODED_HEADS = struct.Struct(">II"), struct.Struct(">IIIIQQd")
"""What an encoded histogram begins with, and what its unpacked part begins with."""
_UNPACKED_MAX_BYTES = 512 * 1024


def is_encoded(text: str) -> bool:
    """Whether a text is a `Histogram` as `encode` writes it: one that comes from a file may be anything."""
    outer, inner = _ENCODED_HEADS
    try:
        packed = base64.b64decode(text, validate=True)
        data = zlib.decompressobj().decompress(packed[outer.size :], _UNPACKED_MAX_BYTES)
        _, size, _, digits, lowest, highest, _ = inner.unpack_from(data)
        if (size, digits, lowest, highest) != (len(data) - inner.size, 3, 1, _HIGHEST_US):
            return False
        Histogram().merge_encoded(text)
    except Exception:  # boundary: the decoder has errors of many kinds for what it cannot read
        return False
    return True


def of_values(values: Iterable[float], *, unit_ms: float = 1.0) -> Percentiles:
    """Exact percentiles of a few hundred values of `unit_ms` each, by the nearest rank, for one connection's row."""
    ranked = np.sort(values if isinstance(values, np.ndarray) else np.fromiter(values, np.float64)) * unit_ms
    n = len(ranked)
    if n == 0:
        return Percentiles()

    def rank(percent: int) -> float:
        return round(float(ranked[-(-n * percent // 100) - 1]), 3)

    return Percentiles(n=n, p50_ms=rank(50), p95_ms=rank(95), p99_ms=rank(99), max_ms=rank(100))


def rank_of(values: NDArray[np.float64], percent: int, *, unit_ms: float = 1.0) -> float | None:
    """As `of_values`, one percentile alone."""
    if not len(values):
        return None
    nth = -(-len(values) * percent // 100) - 1
    return round(float(np.partition(values, nth)[nth]) * unit_ms, 3)


def ledger(classes: Iterable[LedgerClass], planned: int) -> dict[str, int]:
    """Every class with its count; planned connections without a class were not started.

    Only a run on several machines can lose one: elsewhere that class is left out.
    """
    counted = Counter(classes)
    counted[LedgerClass.NOT_STARTED] += planned - counted.total()
    return {
        name.value: counted[name] for name in LedgerClass if counted[name] or name is not LedgerClass.GENERATOR_LOST
    }


def _counters(us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where an HdrHistogram of this precision counts values: each power of two has half of the finest's counters.

    The width of a value's counter is the power of two by which it exceeds the finest range.
    """
    width_log2 = np.maximum(np.frexp(us.astype(np.float64))[1] - _FINEST_BITS, 0).astype(np.int64)
    counters: NDArray[np.int64] = (width_log2 << (_FINEST_BITS - 1)) + (us >> width_log2)
    return counters


def _us(duration_s: float) -> int:
    return min(_HIGHEST_US, max(1, round(duration_s * 1e6)))
