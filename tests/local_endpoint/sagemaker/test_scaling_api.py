"""Scaling and metrics of the built-in control plane through boto3, over HTTP, with its own signing and parsing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from flux_desktop.local_endpoint.sagemaker.control_plane import ControlPlane
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import DEMO_ENDPOINTS
from flux_desktop.local_endpoint.sagemaker.instances import InstanceGroup, ScalingSettings
from flux_desktop.local_endpoint.sagemaker.scaling_api import cloudwatch, scaling
from tests.local_endpoint.conftest import running_endpoint

RESOURCE = "endpoint/local/variant/AllTraffic"
WHERE = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}


@pytest.fixture(scope="module")
def scaled() -> Iterator[dict[str, Any]]:
    """An endpoint with a policy; its metrics have a period of 0.1 s."""
    policy = ("--max-instances", "3", "--scaling-target", "2", "--scaling-speed", "100")
    with running_endpoint("--recogniser", "silent", *policy) as info:
        yield info


def boto(info: dict[str, Any], service: str) -> Any:
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=info["url"],
        verify=info["ca_file"],
        aws_access_key_id=info["access_key"],
        aws_secret_access_key=info["secret_key"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_policies_targets_and_alarms_are_read_by_boto3(scaled: dict[str, Any]) -> None:
    client = boto(scaled, "application-autoscaling")
    (target,) = client.describe_scalable_targets(ResourceIds=[RESOURCE], **WHERE)["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 3)
    (policy,) = client.describe_scaling_policies(ResourceId=RESOURCE, **WHERE)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 2
    assert client.describe_scaling_activities(ResourceId=RESOURCE, **WHERE)["ScalingActivities"] == []
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    alarms = boto(scaled, "cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert [(alarm["AlarmName"], alarm["Threshold"]) for alarm in alarms] == [(names[0], 2.0), (names[1], 1.8)]
    assert isinstance(alarms[0]["StateTransitionedTimestamp"], datetime)


def test_metrics_are_read_by_boto3_in_its_own_protocol(scaled: dict[str, Any]) -> None:
    dimensions = [{"Name": "EndpointName", "Value": "local"}, {"Name": "VariantName", "Value": "AllTraffic"}]
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "ConcurrentRequestsPerModel", "Dimensions": dimensions}
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 10, "Stat": "Maximum"}}
    now, client = datetime.now(UTC), boto(scaled, "cloudwatch")
    span = {"StartTime": now - timedelta(minutes=1), "EndTime": now + timedelta(minutes=10)}
    result: dict[str, Any] = {}
    while not result.get("Values"):  # until the first period has ended
        (result,) = client.get_metric_data(MetricDataQueries=[query], **span)["MetricDataResults"]
    assert (result["Id"], set(result["Values"])) == ("a", {0.0})
    assert result["Timestamps"] == sorted(result["Timestamps"], reverse=True)


def test_unknown_calls_get_an_error_that_boto3_understands(scaled: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        boto(scaled, "cloudwatch").list_dashboards()
    with pytest.raises(ClientError, match="UnknownOperationException"):
        boto(scaled, "application-autoscaling").list_tags_for_resource(ResourceARN="arn:x")


def test_a_group_that_scaled_out_says_so_in_every_answer_and_by_pages() -> None:
    group = InstanceGroup(ScalingSettings(target=1, max_instances=2), 0.0)
    for name in "abc":
        group.open(name, 1.0)
    groups = {"local": group}
    answer = scaling("DescribeScalingActivities", {**WHERE, "ResourceId": RESOURCE}, groups, "r", 400.0)
    assert answer is not None
    (activity,) = answer["ScalingActivities"]
    assert (activity["StartTime"], activity["EndTime"], activity["StatusCode"]) == (30.0, 270.0, "Successful")
    assert activity["Description"] == "Setting desired instance count to 2."
    one = {"MetricDataQueries": [], "StartTime": 0, "EndTime": 1}
    assert cloudwatch("GetMetricData", one, groups, "r", 400.0) == {"MetricDataResults": []}
    page = scaling("DescribeScalableTargets", {**WHERE, "MaxResults": 1}, {"a": group, "b": group}, "r", 400.0)
    assert page is not None
    assert page["NextToken"] == "1"
    more = scaling("DescribeScalableTargets", {**WHERE, "NextToken": "1"}, {"a": group, "b": group}, "r", 400.0)
    assert more is not None
    assert [target["ResourceId"] for target in more["ScalableTargets"]] == ["endpoint/b/variant/AllTraffic"]
    with pytest.raises(ValueError, match="ServiceNamespace"):
        scaling("DescribeScalableTargets", {"ServiceNamespace": "ecs"}, groups, "r", 0.0)


def test_an_endpoint_whose_instances_change_is_updating() -> None:
    group = InstanceGroup(ScalingSettings(target=1, max_instances=2), 0.0)
    for name in "abc":
        group.open(name, 1.0)
    plane = ControlPlane({"local": DEMO_ENDPOINTS[0]}, "us-east-1", 0.0, "key", {"local": group})
    body = b'{"EndpointName": "local"}'
    during, after = (plane.sagemaker("DescribeEndpoint", body, now_s).body.decode() for now_s in (100.0, 300.0))
    assert '"EndpointStatus":"Updating"' in during
    assert '"CurrentInstanceCount":1,"DesiredInstanceCount":2' in during
    assert '"EndpointStatus":"InService"' in after
    assert '"CurrentInstanceCount":2,"DesiredInstanceCount":2' in after
