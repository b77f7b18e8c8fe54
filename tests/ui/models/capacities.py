"""Searches made up for tests of the Capacity page."""

from __future__ import annotations

from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import Judgement, Measured, RungOutcome

LIMIT = parse_criterion("wire_p95_ms<400")


def rung(streams: int, judgement: Judgement, value_ms: float | None = 200.0, **more: object) -> RungOutcome:
    """One rung with one figure."""
    figure = Measured(criterion=LIMIT)
    if value_ms is not None:
        figure = Measured(criterion=LIMIT, value_ms=value_ms, low_ms=value_ms - 10, high_ms=value_ms + 10, n=500)
    return RungOutcome(streams=streams, judgement=judgement, measured=(figure,), connected=streams, **more)  # type: ignore[arg-type]


def report(kind: str = "BRACKETED") -> CapacityReport:
    """A search that ended."""
    rungs = [rung(16, "PASS"), rung(32, "PASS", 240.0), rung(64, "FAIL", 900.0, reason="too slow")]
    rungs += [rung(46, "PASS", 380.0), rung(48, "FAIL", 450.0, reason="Update latency (wire clock) p95 is 450 ms")]
    result = Result(kind=kind, passes=46, fails=48, why_fails="it is slow", repeats=3)  # type: ignore[arg-type]
    capacity_report = CapacityReport(
        endpoint="local", criteria=(LIMIT,), rungs=rungs, result=result, stream_minutes=120.0
    )
    capacity_report.sentence = result.sentence()
    return capacity_report
