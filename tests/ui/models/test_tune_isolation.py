"""The figures behind the verdict of an isolation check."""

from __future__ import annotations

from flux_desktop.evaluation.comparing.isolation import ConditionResult, IsolationResult
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.ui.models.tune_isolation import result_lines

FAILED = IsolationResult(
    passed=False,
    sentence="FAIL: streams are not isolated.",
    fresh_streams=6,
    spread=0.0012,
    conditions=[
        ConditionResult(
            name="right after a long stream",
            streams=6,
            shift=Estimate(0.1, 0.08, 0.12, 6),
            decision_shift_ms=Estimate(-80.0, -90.0, -70.0, 6),
            higher=6,
            lower=0,
            p=0.031,
            is_influenced=True,
        )
    ],
)


def test_each_condition_has_its_shift_its_interval_and_its_p() -> None:
    first, last = result_lines(FAILED)
    assert first.startswith("right after a long stream: confidence +0.100 (95 % interval +0.080 to +0.120)")
    assert "end of turn -80 ms (95 % interval -90 to -70 ms), 6 streams, p = 0.031" in first
    assert last.startswith("6 fresh streams differ by 0.0012")
