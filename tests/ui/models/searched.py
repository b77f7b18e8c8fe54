"""A capacity search as it was reported, for the tests of what shows it."""

from __future__ import annotations

from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import Judgement, Measured, RungOutcome
from flux_desktop.evaluation.cost import Prices
from flux_desktop.ui.models.capacity import CapacityModel

LIMIT = parse_criterion("wire_p95_ms<400")
PRICES = Prices(licence_per_stream_minute=0.01, instance_per_hour=6.0, hosted_per_minute=0.02, date="2026-11-26")


def rung(streams: int, judgement: Judgement, value_ms: float | None, reason: str = "") -> RungOutcome:
    """A rung with one figure; None is one that was not known."""
    low, high = (None, None) if value_ms is None else (value_ms - 10, value_ms + 10)
    figure = Measured(criterion=LIMIT, value_ms=value_ms, low_ms=low, high_ms=high, n=1200 if value_ms else 0)
    return RungOutcome(
        streams=streams, judgement=judgement, measured=(figure,), reason=reason, connected=streams, measure_s=15.0
    )


RUNGS = [
    rung(8, "PASS", 90.0),
    rung(16, "FAIL", 2300.0, "Update latency (wire clock) p95 is 2300 ms, limit 400 ms"),
    rung(12, "PASS", 120.0),
    rung(13, "UNDECIDED", None, "only 3 values"),
]
RESULT = Result(kind="BRACKETED", passes=12, fails=13, why_fails="latency exceeds its limit", repeats=3)
REPORT = CapacityReport(
    endpoint="local",
    criteria=(LIMIT,),
    rungs=RUNGS,
    result=RESULT,
    sentence=RESULT.sentence(),
    stream_minutes=42.25,
    duration_s=190.0,
)


def searched_model() -> CapacityModel:
    """A model with that report and with prices."""
    return CapacityModel(report=REPORT, rungs=list(RUNGS), prices=PRICES)
