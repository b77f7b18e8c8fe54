"""Which metrics of CloudWatch are read of an endpoint, and how an answer becomes samples; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flux_desktop.aws.account_records import STREAMS_METRIC, Sample

_SAGEMAKER = "AWS/SageMaker"
_INSTANCES = "/aws/sagemaker/Endpoints"


class Metric(NamedTuple):
    """A metric with its namespace and the one statistic of it that says something."""

    namespace: str
    name: str
    statistic: str


FAST = (Metric(_SAGEMAKER, STREAMS_METRIC, "Maximum"),)
"""Published every 10 s. Concurrent streams have neither a sum nor a mean, only a maximum and a minimum."""
SLOW = (
    Metric(_INSTANCES, "GPUUtilization", "Maximum"),
    Metric(_INSTANCES, "GPUMemoryUtilization", "Maximum"),
    Metric(_SAGEMAKER, "Invocation4XXErrors", "Sum"),
    Metric(_SAGEMAKER, "Invocation5XXErrors", "Sum"),
    Metric(_SAGEMAKER, "InvocationModelErrors", "Sum"),
    Metric(_SAGEMAKER, "MidStreamErrors", "Sum"),
)
"""Published every 60 s."""


def queries(endpoint_name: str, variants: Sequence[str], *, with_slow: bool) -> list[dict[str, Any]]:
    """``MetricDataQueries``; the identifiers are what `samples` expects."""
    return [
        {
            "Id": f"m{number}_{place}",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": [
                        {"Name": "EndpointName", "Value": endpoint_name},
                        {"Name": "VariantName", "Value": variant},
                    ],
                },
                "Period": 10 if metric in FAST else 60,
                "Stat": metric.statistic,
            },
        }
        for place, variant in enumerate(variants)
        for number, metric in enumerate(FAST + (SLOW if with_slow else ()))
    ]


def samples(
    results: Iterable[Mapping[str, Any]], variants: Sequence[str], fast_s: float, slow_s: float
) -> list[Sample]:
    """The samples of ``MetricDataResults``, by time."""
    metric_samples = []
    for result in results:
        number, _, place = result["Id"].removeprefix("m").partition("_")
        metric = (FAST + SLOW)[int(number)]
        metric_samples += [
            Sample(
                t_s=time.timestamp(),
                metric=metric.name,
                variant=variants[int(place)],
                value=value,
                period_s=fast_s if metric in FAST else slow_s,
            )
            for time, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=True)
        ]
    return sorted(metric_samples, key=lambda sample: sample.t_s)
