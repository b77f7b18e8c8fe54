"""Answers of Application Auto Scaling and of CloudWatch's alarms as records; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flux_desktop.aws.account_records import Activity, AlarmState, Policy, ScalableTarget

Answer = Mapping[str, Any]


def variant_of(resource_id: str) -> str:
    """The variant in ``endpoint/NAME/variant/VARIANT``."""
    return resource_id.rpartition("/")[2]


def activity(entry: Answer) -> Activity:
    """A member of ``ScalingActivities``."""
    ended = entry.get("EndTime")
    return Activity(
        id=entry["ActivityId"],
        variant=variant_of(entry["ResourceId"]),
        t_s=entry["StartTime"].timestamp(),
        ended_s=None if ended is None else ended.timestamp(),
        status=entry.get("StatusCode", ""),
        description=entry.get("Description", ""),
        cause=entry.get("Cause", ""),
    )


def policy(entry: Answer) -> Policy:
    """A member of ``ScalingPolicies``."""
    tracking: Answer = entry.get("TargetTrackingScalingPolicyConfiguration", {})
    predefined: Answer = tracking.get("PredefinedMetricSpecification", {})
    customized: Answer = tracking.get("CustomizedMetricSpecification", {})
    return Policy(
        name=entry["PolicyName"],
        variant=variant_of(entry["ResourceId"]),
        kind=entry.get("PolicyType", ""),
        metric=predefined.get("PredefinedMetricType") or customized.get("MetricName"),
        target=tracking.get("TargetValue"),
        scale_out_cooldown_s=tracking.get("ScaleOutCooldown"),
        scale_in_cooldown_s=tracking.get("ScaleInCooldown"),
        alarms=tuple(alarm["AlarmName"] for alarm in entry.get("Alarms", [])),
    )


def scalable_target(entry: Answer) -> ScalableTarget:
    """A member of ``ScalableTargets``."""
    return ScalableTarget(
        variant=variant_of(entry["ResourceId"]), min_instances=entry["MinCapacity"], max_instances=entry["MaxCapacity"]
    )


def alarm_state(entry: Answer) -> AlarmState:
    """A member of ``MetricAlarms``; its time is that of the transition, not of a renewed reason for the same state."""
    changed = entry.get("StateTransitionedTimestamp") or entry["StateUpdatedTimestamp"]
    return AlarmState(
        name=entry["AlarmName"],
        t_s=changed.timestamp(),
        state=entry["StateValue"],
        scales_out="Greater" in entry.get("ComparisonOperator", ""),
        threshold=entry.get("Threshold"),
        reason=entry.get("StateReason", ""),
    )
