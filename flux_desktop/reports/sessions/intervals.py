"""The 95 % intervals of a session's figures, over its connections: read from the whole recording, for trends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flux_desktop.evaluation.statistics.bootstrap import quantile
from flux_desktop.evaluation.statistics.intervals import Estimate, scaled, wilson
from flux_desktop.reports.accuracy import read_accuracy
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.sessions.facts import SCORED_FIGURE, summaries_of

Intervals = dict[str, Estimate]
"""By the name of the figure; those without an interval are left out, but for a scored error rate."""
_QUANTILES = {
    "update_p50_ms": ("update", 0.5),
    "update_p95_ms": ("update", 0.95),
    "update_p99_ms": ("update", 0.99),
    "wire_p95_ms": ("wire", 0.95),
    "end_delivery_p95_ms": ("end_delivery", 0.95),
}


def read_intervals(folder: Path, figures: Mapping[str, tuple[float, int]]) -> Intervals:
    """The intervals of figures whose values and n are known, and the scored error rate, as in a comparison.

    Blocks, for seconds if a recording is large.

    Raises `OSError`.
    """
    latencies, summaries = read_latencies(folder), list(summaries_of(folder))
    estimates = {name: quantile(*latencies.values(kind), level) for name, (kind, level) in _QUANTILES.items()}
    connects = [(summary.connect_s * 1000, summary.conn) for summary in summaries if summary.connect_s is not None]
    estimates["connect_p95_ms"] = quantile([value for value, _ in connects], [conn for _, conn in connects], 0.95)
    if "completed_percent" in figures:
        percent, planned = figures["completed_percent"]
        share = wilson(round(percent / 100 * planned), planned)
        estimates["completed_percent"] = scaled(share, 100)
    known = {
        name: each
        for name, each in estimates.items()
        if name in figures and each.low is not None and each.high is not None
    }
    accuracy = read_accuracy(folder)
    rate = accuracy.words[0].normalised.rate if accuracy is not None and accuracy.words else Estimate()
    return known if rate.value is None else known | {SCORED_FIGURE: scaled(rate, 100)}
