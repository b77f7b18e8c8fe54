"""Answers of Application Auto Scaling and CloudWatch as records: all that AWS may leave out is left out."""

from __future__ import annotations

from datetime import UTC, datetime

from flux_desktop.aws.account.scaling_answers import activity, alarm_state, policy, scalable_target
from flux_desktop.aws.account_records import Activity, Policy, ScalableTarget

AT = datetime.fromtimestamp(1000, UTC)
RESOURCE = "endpoint/prod/variant/blue"


def test_the_least_that_aws_answers_is_enough() -> None:
    assert activity({"ActivityId": "a", "ResourceId": RESOURCE, "StartTime": AT}) == Activity(
        id="a", variant="blue", t_s=1000
    )
    assert policy({"PolicyName": "p", "ResourceId": RESOURCE, "PolicyType": "StepScaling"}) == Policy(
        name="p", variant="blue", kind="StepScaling"
    )
    limits = {"ResourceId": RESOURCE, "MinCapacity": 0, "MaxCapacity": 9}
    assert scalable_target(limits) == ScalableTarget(variant="blue", min_instances=0, max_instances=9)


def test_an_alarm_is_timed_by_its_transition_and_knows_its_side() -> None:
    entry = {"AlarmName": "x", "StateValue": "ALARM", "StateUpdatedTimestamp": AT}
    assert alarm_state(entry).t_s == 1000
    changed = datetime.fromtimestamp(900, UTC)
    upper = alarm_state({**entry, "StateTransitionedTimestamp": changed, "ComparisonOperator": "GreaterThanThreshold"})
    assert (upper.t_s, upper.scales_out) == (900, True)
    assert not alarm_state({**entry, "ComparisonOperator": "LessThanThreshold"}).scales_out
