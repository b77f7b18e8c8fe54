"""The 95 % intervals of a session's figures, over its connections: read from the whole recording, for trends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from flux_desktop.evaluation.statistics.bootstrap import quantile, ratio
from flux_desktop.evaluation.statistics.intervals import Estimate, bounded_zero, wilson
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.sessions.facts import summaries_of

Intervals = dict[str, tuple[float, float]]
"""Low and high by the name of the figure; those without an interval are left out."""
_QUANTILES = {
    "update_p50_ms": ("update", 0.5),
    "update_p95_ms": ("update", 0.95),
    "update_p99_ms": ("update", 0.99),
    "wire_p95_ms": ("wire", 0.95),
    "end_delivery_p95_ms": ("end_delivery", 0.95),
}


def read_intervals(folder: Path, figures: Mapping[str, tuple[float, int]]) -> Intervals:
    """The intervals of figures whose values and n are known. Blocks, for seconds if a recording is large.

    Raises `OSError`.
    """
    latencies, summaries = read_latencies(folder), list(summaries_of(folder))
    estimates = {name: quantile(*latencies.values(kind), level) for name, (kind, level) in _QUANTILES.items()}
    connects = [(summary.connect_s * 1000, summary.conn) for summary in summaries if summary.connect_s is not None]
    estimates["connect_p95_ms"] = quantile([value for value, _ in connects], [conn for _, conn in connects], 0.95)
    counted = [(summary.words, summary.conn) for summary in summaries if summary.words is not None]
    if sum(words.n for words, _ in counted):
        rate = ratio(
            [100.0 * words.errors for words, _ in counted],
            [float(words.n) for words, _ in counted],
            [conn for _, conn in counted],
        )
        # Connections may have sent the same words: those of one are different ones.
        words_n = max(words.n for words, _ in counted)
        bound = bounded_zero(rate, words_n)
        estimates["word_error_percent"] = rate if bound is rate else replace(bound, high=_percent(bound.high))
    if "completed_percent" in figures:
        percent, planned = figures["completed_percent"]
        share = wilson(round(percent / 100 * planned), planned)
        estimates["completed_percent"] = Estimate(share.value, _percent(share.low), _percent(share.high), share.n)
    return {
        name: (each.low, each.high)
        for name, each in estimates.items()
        if name in figures and each.low is not None and each.high is not None
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
