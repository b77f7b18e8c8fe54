"""Reads an endpoint's account again and again: instances, CloudWatch, and scaling.

    reader = AccountReader(access, "my-flux", since_s=time.time())
    records = reader.look(time.time())       # blocks: call it in a thread

Each look returns what is new since the last one. A call that is denied is reported once and not made again; one that is
throttled, or fails otherwise, is reported once and made again after a delay that doubles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from flux_desktop.aws.account import account_metrics
from flux_desktop.aws.account.catalogue import Access, client, translated
from flux_desktop.aws.account.scaling_answers import activity, alarm_state, policy, scalable_target, variant_of
from flux_desktop.aws.account_records import ClockOffset, InstanceCount, NotRead, Record
from flux_desktop.aws.errors.errors import http_date_s
from flux_desktop.base.problem import ProblemError

LATE_S = 180.0
"""How late a metric may arrive: so much of the past is asked for again at every look."""
RETRY_MAX_S = 300.0
_CLOCK_ANSWER_MAX_S = 2.0
_DENIED = frozenset({"access_denied", "forbidden"})
_CREDENTIALS = frozenset({"credentials_expired", "credentials_invalid"})
_OF_ONE_CALL = frozenset(
    {"throttled", "aws_call_failed", "request_invalid", "aws_internal_error", "service_unavailable"}
)
_DEFAULT_VARIANT = "AllTraffic"
_NAMESPACE = "sagemaker"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class AccountReader:
    """Use by one thread at a time. `look_s` and `slow_s` are how often fast and slow metrics are published.

    `since_s`: nothing of before is read, in seconds since 1970 by this machine's clock.
    """

    def __init__(
        self,
        access: Access,
        endpoint_name: str,
        *,
        since_s: float,
        look_s: float = 10.0,
        slow_s: float = 60.0,
        make_client: Callable[[Access, str], Any] = client,
    ) -> None:
        self._access = access
        self._name = endpoint_name
        self._since_s = since_s
        self._look_s, self._slow_s = look_s, slow_s
        self._make_client = make_client
        self._clients: dict[str, Any] = {}
        self._variants = [_DEFAULT_VARIANT]
        """Until DescribeEndpoint has named them; without its permission the usual name has to do."""
        self._alarm_names: tuple[str, ...] = ()
        self._known: dict[object, object] = {}
        self._slow_at_s = float("-inf")
        self._offset_s: float | None = None
        self._retry_at_s: dict[str, float] = {}
        self._delay_s: dict[str, float] = {}
        self._reported_problems: set[tuple[str, str]] = set()
        self._now_s = self._began_s = 0.0
        self._new: list[Record] = []

    def look(self, now_s: float) -> list[Record]:
        """What is new at `now_s`, the present time. What AWS refuses becomes `NotRead`."""
        self._now_s, self._began_s, self._new = now_s, time.monotonic(), []
        calls: tuple[tuple[str, Callable[[], None]], ...] = (
            ("sagemaker:DescribeEndpoint", self._look_at_instances),
            ("cloudwatch:GetMetricData", self._look_at_metrics),
            ("application-autoscaling:DescribeScalableTargets", self._look_at_limits),
            ("application-autoscaling:DescribeScalingPolicies", self._look_at_policies),
            ("application-autoscaling:DescribeScalingActivities", self._look_at_activities),
            ("cloudwatch:DescribeAlarms", self._look_at_alarms),
        )
        for action, call in calls:
            if now_s >= self._retry_at_s.get(action, now_s) and not self._is_called(action, call):
                break
        return self._new

    def _is_called(self, action: str, call: Callable[[], None]) -> bool:
        """Make a call; False where AWS cannot be reached at all, so that the rest of this look would only wait."""
        try:
            with translated(action, self._access, self._name if action.startswith("sagemaker:") else ""):
                call()
        except ProblemError as error:
            code = error.problem.code
            if code in _DENIED:
                self._retry_at_s[action] = float("inf")
            else:
                delay_s = self._delay_s[action] = min(RETRY_MAX_S, 2 * self._delay_s.get(action, self._look_s))
                self._retry_at_s[action] = self._now_s + delay_s
            if code in _CREDENTIALS:
                self._clients.clear()  # the next ones get the keys of then
            # One sentence about each permission; other problems are those of all calls alike.
            problem_key = (action if code in _DENIED else "", code)
            if problem_key not in self._reported_problems:
                self._reported_problems.add(problem_key)
                self._new.append(NotRead(t_s=self._now_s, action=action, problem=error.problem))
            return code in _DENIED or code in _OF_ONE_CALL
        self._delay_s.pop(action, None)
        return True

    # ------------------------------------------------------------ the calls

    def _look_at_instances(self) -> None:
        sagemaker, began_s = self._client("sagemaker"), time.monotonic()
        answer = sagemaker.describe_endpoint(EndpointName=self._name)
        self._measure_clock(answer, time.monotonic() - began_s)
        status, variants = answer["EndpointStatus"], answer.get("ProductionVariants", [])
        self._variants = [variant["VariantName"] for variant in variants] or [_DEFAULT_VARIANT]
        for variant in variants:
            count = InstanceCount(
                t_s=self._now_s,
                variant=variant["VariantName"],
                running=variant.get("CurrentInstanceCount", 0),
                desired=variant.get("DesiredInstanceCount", 0),
                status=status,
            )
            self._keep(count, key=("instances", count.variant), same=(count.running, count.desired, count.status))

    def _look_at_metrics(self) -> None:
        is_slow_due = self._now_s >= self._slow_at_s
        aws_now_s = self._now_s + (self._offset_s or 0.0)
        begin_s = max(self._since_s + (self._offset_s or 0.0) - 60, aws_now_s - LATE_S)
        pages = (
            self._client("cloudwatch")
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=account_metrics.queries(self._name, self._variants, with_slow=is_slow_due),
                # Whole minutes: CloudWatch aligns the periods of an answer to the start that is asked for.
                StartTime=datetime.fromtimestamp(begin_s // 60 * 60, UTC),
                EndTime=datetime.fromtimestamp(aws_now_s + 60, UTC),
            )
        )
        results = [result for page in pages for result in page["MetricDataResults"]]
        for sample in account_metrics.samples(results, self._variants, self._look_s, self._slow_s):
            key = (sample.metric, sample.variant, sample.t_s)
            self._keep(sample, key=key, same=sample.value)
        if is_slow_due:
            self._slow_at_s = self._now_s + self._slow_s

    def _look_at_limits(self) -> None:
        resources = [self._resource(variant) for variant in self._variants]
        for entry in self._scaling("describe_scalable_targets", "ScalableTargets", ResourceIds=resources):
            self._keep(scalable_target(entry), key=("limits", variant_of(entry["ResourceId"])))

    def _look_at_policies(self) -> None:
        alarms: list[str] = []
        for variant in self._variants:
            for entry in self._scaling(
                "describe_scaling_policies", "ScalingPolicies", ResourceId=self._resource(variant)
            ):
                scaling_policy = policy(entry)
                alarms += scaling_policy.alarms
                self._keep(scaling_policy, key=("policy", scaling_policy.variant, scaling_policy.name))
        self._alarm_names = tuple(alarms)

    def _look_at_activities(self) -> None:
        for variant in self._variants:
            for entry in self._scaling(
                "describe_scaling_activities", "ScalingActivities", ResourceId=self._resource(variant)
            ):
                scaling_activity = activity(entry)
                if scaling_activity.t_s >= self._since_s + (self._offset_s or 0.0):
                    self._keep(
                        scaling_activity,
                        key=("activity", scaling_activity.id),
                        same=(scaling_activity.status, scaling_activity.ended_s),
                    )

    def _look_at_alarms(self) -> None:
        # Without the policies, by the names that Application Auto Scaling gives its alarms.
        query: dict[str, Any] = (
            {"AlarmNames": list(self._alarm_names)}
            if self._alarm_names
            else {"AlarmNamePrefix": f"TargetTracking-endpoint/{self._name}/"}
        )
        for page in self._client("cloudwatch").get_paginator("describe_alarms").paginate(**query):
            for entry in page["MetricAlarms"]:
                alarm = alarm_state(entry)
                self._keep(alarm, key=("alarm", alarm.name), same=(alarm.state, alarm.t_s))

    def _scaling(self, method: str, field: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The entries of all pages of a call of Application Auto Scaling."""
        pages = self._client("application-autoscaling").get_paginator(method)
        for page in pages.paginate(ServiceNamespace=_NAMESPACE, ScalableDimension=_DIMENSION, **query):
            yield from page[field]

    def _resource(self, variant: str) -> str:
        return f"endpoint/{self._name}/variant/{variant}"

    # ------------------------------------------------------------ what is kept, and what failed

    def _keep(self, record: Record, *, key: object, same: object = None) -> None:
        """Report a record unless the last one with its key had the same content: `same`, or all of it."""
        content = record if same is None else same
        if self._known.get(key) != content:
            self._known[key] = content
            self._new.append(record)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._make_client(self._access, service)
        return self._clients[service]

    def _measure_clock(self, answer: dict[str, Any], took_s: float) -> None:
        """Compare AWS's clock with this machine's; an answer that took long says too little."""
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        server_s = http_date_s(date)
        if server_s is not None and took_s < _CLOCK_ANSWER_MAX_S:
            offset_s = server_s - (self._now_s + time.monotonic() - self._began_s)
            if self._offset_s is None or abs(offset_s - self._offset_s) > _CLOCK_ANSWER_MAX_S:
                self._offset_s = offset_s
                self._new.append(ClockOffset(t_s=self._now_s, offset_s=round(offset_s, 1)))
