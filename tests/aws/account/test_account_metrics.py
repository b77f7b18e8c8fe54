"""Questions to CloudWatch and the samples of its answers."""

from __future__ import annotations

from datetime import UTC, datetime

from flux_desktop.aws.account.account_metrics import FAST, SLOW, queries, samples
from flux_desktop.aws.account_records import STREAMS_METRIC, Sample


def test_slow_metrics_are_asked_for_only_when_they_are_due() -> None:
    assert len(queries("prod", ["a", "b"], with_slow=False)) == 2 * len(FAST)
    all_of_them = queries("prod", ["a", "b"], with_slow=True)
    assert len(all_of_them) == 2 * len(FAST + SLOW)
    assert len({query["Id"] for query in all_of_them}) == len(all_of_them)
    first = all_of_them[0]["MetricStat"]
    assert (first["Metric"]["MetricName"], first["Period"], first["Stat"]) == (STREAMS_METRIC, 10, "Maximum")


def test_samples_know_their_metric_their_variant_and_their_period() -> None:
    times = [datetime.fromtimestamp(second, UTC) for second in (70, 60)]
    asked = queries("prod", ["a", "b"], with_slow=True)
    gpu_of_b = next(
        query["Id"] for query in reversed(asked) if query["MetricStat"]["Metric"]["MetricName"] == "GPUUtilization"
    )
    results = [
        {"Id": asked[0]["Id"], "Timestamps": times, "Values": [3.0, 2.0]},
        {"Id": gpu_of_b, "Timestamps": times[1:], "Values": [55.0]},
        {"Id": asked[1]["Id"]},
    ]
    assert samples(results, ["a", "b"], 10, 60) == [
        Sample(t_s=60, metric=STREAMS_METRIC, variant="a", value=2, period_s=10),
        Sample(t_s=60, metric="GPUUtilization", variant="b", value=55, period_s=60),
        Sample(t_s=70, metric=STREAMS_METRIC, variant="a", value=3, period_s=10),
    ]
