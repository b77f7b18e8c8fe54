"""An endpoint's load by CloudWatch: concurrent streams and GPU utilisation.

Blocks, as all functions of `catalogue`. AWS keeps metrics with a resolution below a minute for three hours only, and
an endpoint without recent traffic has none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from flux_desktop.aws.account.catalogue import Access, client, translated

WINDOW_MIN = 10
_METRICS = (
    ("streams", "AWS/SageMaker", "ConcurrentRequestsPerModel"),
    ("gpu", "/aws/sagemaker/Endpoints", "GPUUtilization"),
    ("gpu_memory", "/aws/sagemaker/Endpoints", "GPUMemoryUtilization"),
)


class VariantLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A variant's highest values in the latest `WINDOW_MIN` minutes, None where there is no data.

    GPU figures are percent, 100 per GPU of the instance: two busy GPUs are 200.
    """

    name: str
    streams: float | None = None
    gpu_percent: float | None = None
    gpu_memory_percent: float | None = None


def endpoint_load(access: Access, endpoint_name: str, now: datetime | None = None) -> list[VariantLoad]:
    """The load of every variant that has any data; needs cloudwatch:GetMetricData. Raises `ProblemError`."""
    with translated("sagemaker:DescribeEndpoint", access, endpoint_name):
        endpoint = client(access, "sagemaker").describe_endpoint(EndpointName=endpoint_name)
        if "EndpointStatus" not in endpoint:  # which each answer of AWS has
            raise KeyError("EndpointStatus")
        variants = [entry["VariantName"] for entry in endpoint.get("ProductionVariants", [])]
    if not variants:
        return []
    until = now or datetime.now(UTC)
    queries = [
        _query(f"{key}_{number}", namespace, metric, endpoint_name, variant)
        for number, variant in enumerate(variants)
        for key, namespace, metric in _METRICS
    ]
    highest: dict[str, float] = {}
    with translated("cloudwatch:GetMetricData", access):
        pages = client(access, "cloudwatch").get_paginator("get_metric_data")
        since = until - timedelta(minutes=WINDOW_MIN)
        for page in pages.paginate(MetricDataQueries=queries, StartTime=since, EndTime=until):
            for result in page["MetricDataResults"]:
                for value in result.get("Values", []):
                    highest[result["Id"]] = max(value, highest.get(result["Id"], value))
    loads = [
        VariantLoad(
            name=variant,
            streams=highest.get(f"streams_{number}"),
            gpu_percent=highest.get(f"gpu_{number}"),
            gpu_memory_percent=highest.get(f"gpu_memory_{number}"),
        )
        for number, variant in enumerate(variants)
    ]
    return [load for load in loads if load != VariantLoad(name=load.name)]


def _query(identifier: str, namespace: str, metric: str, endpoint_name: str, variant: str) -> dict[str, Any]:
    dimensions = [{"Name": "EndpointName", "Value": endpoint_name}, {"Name": "VariantName", "Value": variant}]
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": dimensions},
            "Period": 60,
            # Concurrent streams have neither a sum nor a mean, only a maximum and a minimum.
            "Stat": "Maximum",
        },
    }
