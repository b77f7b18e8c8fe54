"""How busy an endpoint is, by CloudWatch: asked for, joined by variant, refused, or not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from flux_desktop.aws.account.catalogue import Access
from flux_desktop.aws.account.endpoint_load import VariantLoad, endpoint_load
from flux_desktop.base.problem import ProblemError
from tests.aws.account.test_catalogue import access, entry, refused_with
from tests.aws.control_plane_stub import control_plane

NOW = datetime.now(UTC).replace(second=0, microsecond=0)


def create(sagemaker: Any, *variants: str) -> None:
    role = "arn:aws:iam::123456789012:role/x"
    sagemaker.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"Image": "i"})
    production = [
        {"VariantName": name, "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.g4dn.xlarge"}
        for name in variants
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=production)
    sagemaker.create_endpoint(EndpointName="prod", EndpointConfigName="c")


def put(namespace: str, metric: str, variant: str, *values: float, ago_min: int = 2) -> None:
    dimensions = [{"Name": "EndpointName", "Value": "prod"}, {"Name": "VariantName", "Value": variant}]
    at = NOW - timedelta(minutes=ago_min)
    data = [{"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Value": value} for value in values]
    boto3.client("cloudwatch", region_name="us-east-1").put_metric_data(Namespace=namespace, MetricData=data)


def test_the_highest_values_of_each_variant_that_has_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        create(boto3.client("sagemaker", region_name="us-east-1"), "blue", "green", "idle")
        put("AWS/SageMaker", "ConcurrentRequestsPerModel", "blue", 3, 12, 7)
        put("/aws/sagemaker/Endpoints", "GPUUtilization", "blue", 83.0)
        put("/aws/sagemaker/Endpoints", "GPUMemoryUtilization", "green", 41.0)
        put("AWS/SageMaker", "ConcurrentRequestsPerModel", "idle", 99, ago_min=45)
        variant_loads = endpoint_load(Access(region="us-east-1"), "prod", now=NOW)
    assert variant_loads == [
        VariantLoad(name="blue", streams=12, gpu_percent=83.0),
        VariantLoad(name="green", gpu_memory_percent=41.0),
    ]


def test_without_the_permission_it_says_which_one() -> None:
    described = entry("prod") | {"ProductionVariants": [{"VariantName": "AllTraffic"}]}
    refused = refused_with("AccessDeniedException", "User is not authorized to perform: cloudwatch:GetMetricData")
    with (
        control_plane(DescribeEndpoint=lambda _: described, GetMetricData=refused) as plane,
        pytest.raises(ProblemError) as caught,
    ):
        endpoint_load(access(plane), "prod")
    problem = caught.value.problem
    assert problem.code == "access_denied"
    assert "cloudwatch:GetMetricData" in problem.sentence()


def test_an_endpoint_without_variants_is_not_asked_about() -> None:
    with control_plane(DescribeEndpoint=lambda _: entry("prod")) as plane:
        assert endpoint_load(access(plane), "prod") == []
        assert [operation for operation, _ in plane.asked] == ["DescribeEndpoint"]


def test_an_empty_answer_is_not_one_without_variants() -> None:
    with (
        control_plane(DescribeEndpoint=lambda _: {}) as plane,
        pytest.raises(ProblemError, match="DescribeEndpoint in us-east-1 is not in AWS's format"),
    ):
        endpoint_load(access(plane), "prod")
