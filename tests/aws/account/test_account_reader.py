"""Looks at an endpoint's account: by moto, by the built-in control plane, and where AWS refuses."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from flux_desktop.aws.account.account_reader import RETRY_MAX_S, AccountReader
from flux_desktop.aws.account.catalogue import Access, client
from flux_desktop.aws.account_records import (
    CONCURRENCY_METRIC,
    STREAMS_METRIC,
    ClockOffset,
    InstanceCount,
    NotRead,
    Policy,
    Record,
    Sample,
    ScalableTarget,
)
from flux_desktop.aws.target import Credentials
from tests.aws.account.test_catalogue import access, entry, refused_with
from tests.aws.account.test_endpoint_load import create
from tests.aws.control_plane_stub import control_plane
from tests.local_endpoint.conftest import running_endpoint

NOW_S = 1_800_000_000.0
WHERE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/prod/variant/blue",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
DESCRIBED = entry("prod") | {
    "EndpointStatus": "InService",
    "ProductionVariants": [{"VariantName": "blue", "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}],
}
EMPTY: dict[str, Any] = {
    "DescribeEndpoint": lambda _: DESCRIBED,
    "GetMetricData": lambda _: {"MetricDataResults": []},
    "DescribeScalableTargets": lambda _: {"ScalableTargets": []},
    "DescribeScalingPolicies": lambda _: {"ScalingPolicies": []},
    "DescribeScalingActivities": lambda _: {"ScalingActivities": []},
    "DescribeAlarms": lambda _: {"MetricAlarms": []},
}


def of_kind(records: list[Record], kind: type[Record]) -> list[Any]:
    return [record for record in records if isinstance(record, kind)]


def without_activities(access: Access, service: str) -> Any:
    """A client whose one call that moto does not have is answered before moto."""
    moto_client = client(access, service)

    def none(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        return AWSResponse("", 200, {}, None), {"ScalingActivities": []}

    moto_client.meta.events.register_first("before-call.application-auto-scaling.DescribeScalingActivities", none)
    return moto_client


def test_moto_answers_instances_metrics_policies_and_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    now_s = time.time()
    with mock_aws():
        create(boto3.client("sagemaker", region_name="us-east-1"), "blue")
        scaling = boto3.client("application-autoscaling", region_name="us-east-1")
        scaling.register_scalable_target(**WHERE, MinCapacity=1, MaxCapacity=4)
        scaling.put_scaling_policy(
            **WHERE,
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 34.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": CONCURRENCY_METRIC},
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 300,
            },
        )
        dimensions = [{"Name": "EndpointName", "Value": "prod"}, {"Name": "VariantName", "Value": "blue"}]
        at = datetime.fromtimestamp(now_s - 20, UTC)
        values = [
            {"MetricName": STREAMS_METRIC, "Dimensions": dimensions, "Timestamp": at, "Value": value}
            for value in (3.0, 7.0)
        ]
        boto3.client("cloudwatch", region_name="us-east-1").put_metric_data(
            Namespace="AWS/SageMaker", MetricData=values
        )
        where = Access(region="us-east-1")
        reader = AccountReader(where, "prod", since_s=now_s - 60, make_client=without_activities)
        records = reader.look(now_s)
        again = reader.look(now_s + 10)
    (count,) = of_kind(records, InstanceCount)
    assert (count.variant, count.running, count.desired) == ("blue", 1, 1)
    (policy,) = of_kind(records, Policy)
    assert (policy.metric, policy.target, policy.scale_out_cooldown_s) == (CONCURRENCY_METRIC, 34.0, 60)
    assert of_kind(records, ScalableTarget) == [ScalableTarget(variant="blue", min_instances=1, max_instances=4)]
    assert {sample.value for sample in of_kind(records, Sample)} == {7.0}
    assert of_kind(records, NotRead) == []
    assert [each for each in again if not isinstance(each, ClockOffset)] == [], "nothing is new"


def test_the_built_in_control_plane_answers_all_six_calls() -> None:
    policy = ("--max-instances", "3", "--scaling-target", "2", "--scaling-speed", "100")
    with running_endpoint("--recogniser", "silent", *policy) as info:
        keys = Credentials(access_key=info["access_key"], secret_key=info["secret_key"])
        where = Access(region="us-east-1", endpoint_url=info["url"], ca_file=info["ca_file"], credentials=keys)
        reader = AccountReader(where, "local", since_s=time.time() - 60, look_s=0.1, slow_s=0.6)
        records = reader.look(time.time())
        while not of_kind(records, Sample):
            records += reader.look(time.time())
    assert of_kind(records, NotRead) == []
    assert of_kind(records, Policy)[0].target == 2
    assert of_kind(records, ScalableTarget)[0].max_instances == 3
    assert of_kind(records, InstanceCount)[0].running == 1
    assert of_kind(records, Sample)[0].period_s == 0.1


def test_a_missing_permission_is_reported_once_and_not_tried_again() -> None:
    refused = refused_with("AccessDeniedException", "User is not authorized to perform: cloudwatch:GetMetricData")
    with control_plane(**EMPTY | {"GetMetricData": refused}) as plane:
        reader = AccountReader(access(plane), "prod", since_s=NOW_S)
        first, later = reader.look(NOW_S), reader.look(NOW_S + 3600)
        asked = [operation for operation, _ in plane.asked].count("GetMetricData")
    (missing,) = of_kind(first, NotRead)
    assert missing.action == "cloudwatch:GetMetricData"
    assert "cloudwatch:GetMetricData" in missing.problem.sentence()
    assert of_kind(later, NotRead) == []
    assert asked == 1


def test_an_answer_of_something_else_than_aws_is_reported() -> None:
    with control_plane(**EMPTY | {"GetMetricData": lambda _: "<html>Sign in</html>"}) as plane:
        records = AccountReader(access(plane), "prod", since_s=NOW_S).look(NOW_S)
    (unread,) = of_kind(records, NotRead)
    assert unread.problem.what == "The answer to cloudwatch:GetMetricData in us-east-1 is not in AWS's format."


def test_an_empty_answer_is_not_one_without_variants() -> None:
    with control_plane(**EMPTY | {"DescribeEndpoint": lambda _: {}}) as plane:
        records = AccountReader(access(plane), "prod", since_s=NOW_S).look(NOW_S)
    (unread,) = of_kind(records, NotRead)
    assert unread.problem.what == "The answer to sagemaker:DescribeEndpoint in us-east-1 is not in AWS's format."


def test_without_any_permission_each_action_is_named_and_the_usual_variant_is_tried() -> None:
    with control_plane() as plane:
        records = AccountReader(access(plane), "prod", since_s=NOW_S).look(NOW_S)
        targets = [query for operation, query in plane.asked if operation == "DescribeScalableTargets"]
    assert {each.action for each in of_kind(records, NotRead)} == {
        "sagemaker:DescribeEndpoint",
        "cloudwatch:GetMetricData",
        "cloudwatch:DescribeAlarms",
        *(f"application-autoscaling:Describe{what}" for what in _SCALING),
    }
    assert targets[0]["ResourceIds"] == ["endpoint/prod/variant/AllTraffic"]


_SCALING = ("ScalableTargets", "ScalingPolicies", "ScalingActivities")


def test_a_throttled_call_is_made_again_after_a_delay_that_doubles() -> None:
    throttled = refused_with("ThrottlingException", "Rate exceeded")
    answers = EMPTY | {"DescribeScalingActivities": throttled}
    with control_plane(**answers) as plane:
        reader = AccountReader(access(plane), "prod", since_s=NOW_S, look_s=10)
        tried_s: list[float] = []
        reported = []
        for after_s in range(0, 70, 10):
            before = len(plane.asked)
            reported += of_kind(reader.look(NOW_S + after_s), NotRead)
            if any(operation == "DescribeScalingActivities" for operation, _ in plane.asked[before:]):
                tried_s.append(after_s)
        slow = AccountReader(access(plane), "prod", since_s=NOW_S, look_s=RETRY_MAX_S)
        slow.look(NOW_S)
    assert tried_s == [0, 20, 60]
    assert [each.problem.code for each in reported] == ["throttled"]
    assert set(slow._retry_at_s.values()) == {NOW_S + RETRY_MAX_S}


def test_activities_come_by_pages_and_only_of_the_run() -> None:
    now_s = time.time()

    def one(number: int, start_s: float) -> dict[str, Any]:
        return {"ActivityId": str(number), "ResourceId": WHERE["ResourceId"], "StartTime": start_s}

    def pages(query: dict[str, Any]) -> dict[str, Any]:
        if "NextToken" in query:
            return {"ScalingActivities": [one(2, now_s + 1), one(3, now_s - 4000)]}
        return {"ScalingActivities": [one(1, now_s + 5)], "NextToken": "more"}

    with control_plane(**EMPTY | {"DescribeScalingActivities": pages}) as plane:
        records = AccountReader(access(plane), "prod", since_s=now_s).look(now_s)
    assert [record.id for record in records if hasattr(record, "id")] == ["1", "2"]


def test_the_clock_of_aws_is_measured_by_its_answer() -> None:
    with control_plane(**EMPTY) as plane:
        reader = AccountReader(access(plane), "prod", since_s=NOW_S)
        records = reader.look(NOW_S)
    offsets = of_kind(records, ClockOffset)
    assert [round(each.offset_s + NOW_S - time.time(), -2) for each in offsets] == [0]


def test_an_unknown_endpoint_names_the_region_and_ends_the_look() -> None:
    unknown = refused_with("ValidationException", 'Could not find endpoint "prod".')
    with control_plane(**EMPTY | {"DescribeEndpoint": unknown}) as plane:
        records = AccountReader(access(plane), "prod", since_s=NOW_S).look(NOW_S)
        asked = [operation for operation, _ in plane.asked]
    (missing,) = of_kind(records, NotRead)
    assert "There is no endpoint “prod” in us-east-1." in missing.problem.sentence()
    assert asked == ["DescribeEndpoint"]
