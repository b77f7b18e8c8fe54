"""Application Auto Scaling and CloudWatch of the built-in control plane, as functions from requests to answers.

Times are seconds since 1970, as in JSON. Each function raises `ValueError` for a request that AWS would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flux_desktop.aws.account_records import CONCURRENCY_METRIC, STREAMS_METRIC
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import ACCOUNT, VARIANT
from flux_desktop.local_endpoint.sagemaker.instances import (
    ALARM_IN_PERIODS,
    ALARM_OUT_PERIODS,
    Alarm,
    Change,
    InstanceGroup,
)

_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_POLICY = "concurrent-streams"
_PAGE = 50
Groups = Mapping[str, InstanceGroup]
Fields = Mapping[str, Any]


def scaling(operation: str, fields: Fields, groups: Groups, region: str, now_s: float) -> dict[str, Any] | None:
    """The answer of Application Auto Scaling; None for an operation that is not offered."""
    if fields.get("ServiceNamespace", "sagemaker") != "sagemaker":
        raise ValueError("ServiceNamespace must be sagemaker.")
    wanted = [fields["ResourceId"]] if "ResourceId" in fields else fields.get("ResourceIds")
    some = {name: group for name, group in groups.items() if not wanted or _resource(name) in wanted}
    for group in some.values():
        group.advance(now_s)
    match operation:
        case "DescribeScalableTargets":
            return _page([_target(*each) for each in some.items() if _scales(each[1])], "ScalableTargets", fields)
        case "DescribeScalingPolicies":
            policies = [
                _policy(name, group, region) for name, group in some.items() if group.settings.target is not None
            ]
            return _page(policies, "ScalingPolicies", fields)
        case "DescribeScalingActivities":
            latest = [_activity(name, change) for name, group in some.items() for change in reversed(group.changes)]
            return _page(latest, "ScalingActivities", fields)
        case "RegisterScalableTarget":
            for group in some.values():
                group.set_limits(int(fields["MinCapacity"]), int(fields["MaxCapacity"]))
            return {"ScalableTargetARN": f"arn:aws:application-autoscaling:{region}:{ACCOUNT}:scalable-target/local"}
        case "PutScalingPolicy":
            tracking = fields["TargetTrackingScalingPolicyConfiguration"]
            if tracking["PredefinedMetricSpecification"]["PredefinedMetricType"] != CONCURRENCY_METRIC:
                raise ValueError(f"Only {CONCURRENCY_METRIC} is offered here.")
            for group in some.values():
                group.set_target(float(tracking["TargetValue"]), now_s)
            return {"PolicyARN": f"arn:aws:autoscaling:{region}:{ACCOUNT}:scalingPolicy:local", "Alarms": []}
        case _:
            return None


def cloudwatch(operation: str, fields: Fields, groups: Groups, region: str, now_s: float) -> dict[str, Any] | None:
    """The answer of CloudWatch; None for an operation that is not offered."""
    for group in groups.values():
        group.advance(now_s)
    match operation:
        case "GetMetricData":
            return {"MetricDataResults": [_metric(query, fields, groups) for query in fields["MetricDataQueries"]]}
        case "DescribeAlarms":
            names, prefix = fields.get("AlarmNames"), fields.get("AlarmNamePrefix", "")
            alarms = [_alarm(name, group, one, region) for name, group in groups.items() for one in group.alarms]
            matches = [
                a for a in alarms if (not names or a["AlarmName"] in names) and a["AlarmName"].startswith(prefix)
            ]
            return {"MetricAlarms": matches}
        case _:
            return None


def _metric(query: Fields, fields: Fields, groups: Groups) -> dict[str, Any]:
    """The periods of the metric of streams, the latest first; other metrics have no values."""
    stated = query["MetricStat"]
    dimensions = {each["Name"]: each["Value"] for each in stated["Metric"].get("Dimensions", [])}
    group = groups.get(dimensions.get("EndpointName", ""))
    periods = []
    if group is not None and stated["Metric"]["MetricName"] == STREAMS_METRIC:
        periods = [one for one in group.periods if fields["StartTime"] <= one.began_s < fields["EndTime"]]
    return {
        "Id": query["Id"],
        "Label": stated["Metric"]["MetricName"],
        "Timestamps": [one.began_s for one in reversed(periods)],
        "Values": [float(one.streams) for one in reversed(periods)],
        "StatusCode": "Complete",
    }


def _scales(group: InstanceGroup) -> bool:
    return group.settings.max_instances > group.settings.min_instances or group.settings.target is not None


def _resource(name: str) -> str:
    return f"endpoint/{name}/variant/{VARIANT}"


def _target(name: str, group: InstanceGroup) -> dict[str, Any]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": _resource(name),
        "ScalableDimension": _DIMENSION,
        "MinCapacity": group.settings.min_instances,
        "MaxCapacity": group.settings.max_instances,
        "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/local",
        "CreationTime": 0.0,
    }


def _policy(name: str, group: InstanceGroup, region: str) -> dict[str, Any]:
    return {
        "PolicyARN": f"arn:aws:autoscaling:{region}:{ACCOUNT}:scalingPolicy:local",
        "PolicyName": _POLICY,
        "ServiceNamespace": "sagemaker",
        "ResourceId": _resource(name),
        "ScalableDimension": _DIMENSION,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": group.settings.target,
            "PredefinedMetricSpecification": {"PredefinedMetricType": CONCURRENCY_METRIC},
            "ScaleOutCooldown": int(group.settings.cooldown_out_s),
            "ScaleInCooldown": int(group.settings.cooldown_in_s),
        },
        "Alarms": [
            {"AlarmName": _alarm_name(name, one), "AlarmARN": _alarm_arn(region, name, one)} for one in group.alarms
        ],
        "CreationTime": 0.0,
    }


def _activity(name: str, change: Change) -> dict[str, Any]:
    answer = {
        "ActivityId": f"{name}-{change.id}",
        "ServiceNamespace": "sagemaker",
        "ResourceId": _resource(name),
        "ScalableDimension": _DIMENSION,
        "Description": f"Setting desired instance count to {change.after}.",
        "Cause": f"monitor alarm {change.alarm} in state ALARM triggered policy {_POLICY}",
        "StartTime": change.began_s,
        "StatusCode": "InProgress" if change.ended_s is None else "Successful",
    }
    return answer if change.ended_s is None else answer | {"EndTime": change.ended_s}


def _alarm(name: str, group: InstanceGroup, alarm: Alarm, region: str) -> dict[str, Any]:
    return {
        "AlarmName": _alarm_name(name, alarm),
        "AlarmArn": _alarm_arn(region, name, alarm),
        "StateValue": "ALARM" if alarm.is_on else "OK",
        "StateReason": f"The streams of each instance, {alarm.threshold:g} is the limit.",
        "StateUpdatedTimestamp": alarm.changed_s,
        "StateTransitionedTimestamp": alarm.changed_s,
        "MetricName": STREAMS_METRIC,
        "Namespace": "AWS/SageMaker",
        "Period": max(1, round(group.period_s)),
        "EvaluationPeriods": ALARM_OUT_PERIODS if alarm.is_upper else ALARM_IN_PERIODS,
        "Threshold": alarm.threshold,
        "ComparisonOperator": "GreaterThanThreshold" if alarm.is_upper else "LessThanThreshold",
    }


def _alarm_name(name: str, alarm: Alarm) -> str:
    return f"TargetTracking-{_resource(name)}-{alarm.name}"


def _alarm_arn(region: str, name: str, alarm: Alarm) -> str:
    return f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{_alarm_name(name, alarm)}"


def _page(entries: list[dict[str, Any]], field: str, fields: Fields) -> dict[str, Any]:
    token = str(fields.get("NextToken") or 0)
    if not token.isdecimal():
        raise ValueError("NextToken is not valid.")
    begin, size = int(token), int(fields.get("MaxResults") or _PAGE)
    page: dict[str, Any] = {field: entries[begin : begin + size]}
    return page | ({"NextToken": str(begin + size)} if begin + size < len(entries) else {})
