"""One timeline of a run and of the account that it ran in, on the run's clock; pure.

    timeline = account_timeline(records, RunLoad(...))
    timeline.lines()        # in words

All times are seconds since the run began. AWS's own time stamps are moved by its clock's offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from flux_desktop.aws.account_records import (
    STREAMS_METRIC,
    Activity,
    AlarmState,
    Begun,
    ClockOffset,
    InstanceCount,
    NotRead,
    Policy,
    Record,
    Sample,
    ScalableTarget,
)
from flux_desktop.evaluation.capacity.scale_out import Observed, ScaleOut, Sources, scale_outs

Point = tuple[float, float]
SCHEMA_VERSION = 1
OFFSET_WARN_S = 2.0
"""Below this the Date header, in whole seconds, and the answer's way do not decide whether a clock is wrong."""
_DESIRED = re.compile(r"[Ss]etting desired instance count to (\d+)")


class RunLoad(Struct, frozen=True, kw_only=True):
    """What the run knows itself. `planned` and `connected`: streams from a moment on; `refused`: moments of refusals;
    `opened`: when each stream was asked for, and when it was Connected; `p95_ms`: Update latency (wire clock)."""

    planned: tuple[Point, ...] = ()
    connected: tuple[Point, ...] = ()
    refused: tuple[float, ...] = ()
    opened: tuple[Point, ...] = ()
    p95_ms: tuple[Point, ...] = ()


class AccountTimeline(Struct, frozen=True, kw_only=True):
    """What there is to show, each line ordered by time; lines that nothing was read for are empty."""

    schema: int = SCHEMA_VERSION
    planned: tuple[Point, ...] = ()
    connected: tuple[Point, ...] = ()
    refused: tuple[float, ...] = ()
    p95_ms: tuple[Point, ...] = ()
    cloudwatch: tuple[Point, ...] = ()
    """Streams of the busiest instance in a period, by the period's end."""
    desired: tuple[Point, ...] = ()
    running: tuple[Point, ...] = ()
    target: float | None = None
    """Streams per instance that the scaling policy tracks."""
    max_instances: int | None = None
    metrics: dict[str, tuple[Point, ...]] = {}
    """The other metrics by name: GPU use in percent, errors by period."""
    alarms: tuple[tuple[float, str, str], ...] = ()
    """Time, name and new state."""
    activities: tuple[tuple[float, str, str], ...] = ()
    """Time, status and description."""
    policies: tuple[Policy, ...] = ()
    scale_outs: tuple[ScaleOut, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    offset_s: float = 0.0
    resolution_s: float = 10.0
    slow_resolution_s: float = 60.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the account is known."""
        return not (self.cloudwatch or self.running or self.metrics or self.activities or self.policies)

    def lines(self) -> list[str]:
        """The account in words: `facts`, then each scale-out with its stages."""
        lines = self.facts()
        for scale_out in self.scale_outs:
            heading, *stages = scale_out.lines()
            lines += [f"{heading}:", *(f"  {stage}" for stage in stages)]
        return lines

    def facts(self) -> list[str]:
        """Instances, metrics, policy, the resolution of all of them, and what could not be read."""
        lines = []
        if self.running:
            counts = [int(count) for _, count in self.running]
            lines.append(
                f"Instances in service: {_range(counts)}; desired: {_range([int(n) for _, n in self.desired])}."
            )
        if self.cloudwatch:
            lines.append(
                f"CloudWatch {STREAMS_METRIC}: at most {max(y for _, y in self.cloudwatch):g} on one instance "
                f"({_periods(self.cloudwatch)} of {self.resolution_s:g} s)."
            )
        lines += [_metric_line(name, points, self.slow_resolution_s) for name, points in sorted(self.metrics.items())]
        if self.target is not None:
            most = "" if self.max_instances is None else f", at most {self.max_instances} instances"
            lines.append(f"Scaling policy: {self.target:g} streams per instance{most}.")
        if self.scale_outs:
            lines.append(
                f"Metrics and instance counts are looked at every {self.resolution_s:g} s: a time marked "
                "−t may be up to t earlier."  # noqa: RUF001 - a minus is meant
            )
        if abs(self.offset_s) > OFFSET_WARN_S:
            ahead = "behind" if self.offset_s > 0 else "ahead of"
            lines.append(f"This machine's clock is {abs(self.offset_s):.0f} s {ahead} AWS's; AWS's times were moved.")
        lines += [each.problem.sentence() for each in self.not_read]
        return lines


def account_timeline(records: Sequence[Record], load: RunLoad) -> AccountTimeline:
    """Join the records of a run's account with its load."""
    begun = next((each for each in records if isinstance(each, Begun)), None)
    if begun is None:
        return AccountTimeline(planned=load.planned, connected=load.connected, refused=load.refused, p95_ms=load.p95_ms)
    offsets = sorted(each.offset_s for each in records if isinstance(each, ClockOffset))
    offset_s = offsets[len(offsets) // 2] if offsets else 0.0
    # An offset of a second or less is the header's rounding.
    moved_s = begun.origin_s + (offset_s if abs(offset_s) > OFFSET_WARN_S else 0.0)

    def aws(t_s: float) -> float:
        return round(t_s - moved_s, 3)

    samples = _latest(records, Sample, lambda one: (one.metric, one.variant, one.t_s))
    activities = _latest(records, Activity, lambda one: one.id)
    alarms = sorted(_latest(records, AlarmState, lambda one: (one.name, one.t_s)), key=lambda one: one.t_s)
    policies = _latest(records, Policy, lambda one: (one.name, one.variant))
    limits = _latest(records, ScalableTarget, lambda one: one.variant)
    looks = [one for one in records if isinstance(one, InstanceCount)]
    running = _steps(looks, begun, lambda one: one.running)
    desired = _merged(_steps(looks, begun, lambda one: one.desired), activities, aws)
    target = next((one.target for one in policies if one.target is not None and _follows_streams(one)), None)
    not_read = tuple(one for one in records if isinstance(one, NotRead))
    sources = Sources(
        target=target,
        load=_per_instance(load.connected, running),
        desired=desired,
        running=running,
        alarms=[
            _alarm_moment(one, aws) for one in alarms if one.scales_out and one.state == "ALARM" and aws(one.t_s) >= 0
        ],
        streams=load.opened,
        no_target=_missing(not_read, "DescribeScalingPolicies", "no policy that follows concurrent streams was read"),
        no_alarms=_missing(not_read, "DescribeAlarms", ""),
    )
    return AccountTimeline(
        planned=load.planned,
        connected=load.connected,
        refused=load.refused,
        p95_ms=load.p95_ms,
        cloudwatch=_series(samples, STREAMS_METRIC, aws),
        desired=tuple((moment.t_s, count) for moment, count in desired),
        running=tuple((moment.t_s, count) for moment, count in running),
        target=target,
        max_instances=max((one.max_instances for one in limits), default=None),
        metrics={
            name: _series(samples, name, aws) for name in sorted({one.metric for one in samples} - {STREAMS_METRIC})
        },
        alarms=tuple((aws(one.t_s), one.name, one.state) for one in alarms),
        activities=tuple(
            (aws(one.t_s), one.status, one.description) for one in sorted(activities, key=lambda one: one.t_s)
        ),
        policies=tuple(policies),
        scale_outs=tuple(scale_outs(sources)),
        not_read=not_read,
        offset_s=offset_s,
        resolution_s=begun.look_s,
        slow_resolution_s=begun.slow_s,
    )


def _latest[R](records: Iterable[Record], kind: type[R], key: Callable[[R], object]) -> list[R]:
    """The records of a kind, of those with the same key the last."""
    return list({key(one): one for one in records if isinstance(one, kind)}.values())


def _series(samples: Sequence[Sample], metric: str, aws: Callable[[float], float]) -> tuple[Point, ...]:
    """A metric over all variants: the largest of a period, at the period's end."""
    highest: dict[float, float] = {}
    for one in samples:
        if one.metric == metric:
            end_s = aws(one.t_s + one.period_s)
            highest[end_s] = max(one.value, highest.get(end_s, one.value))
    return tuple(sorted(highest.items()))


def _steps(
    looks: Sequence[InstanceCount], begun: Begun, count: Callable[[InstanceCount], int]
) -> list[tuple[Observed, int]]:
    """Instances of all variants, from each change on."""
    by_variant: dict[str, int] = {}
    steps: list[tuple[Observed, int]] = []
    for look in looks:
        by_variant[look.variant] = count(look)
        total = sum(by_variant.values())
        moment = Observed(t_s=round(look.t_s - begun.origin_s, 3), resolution_s=begun.look_s, source="DescribeEndpoint")
        if steps and steps[-1][0].t_s == moment.t_s:
            steps[-1] = (steps[-1][0], total)
        elif not steps or steps[-1][1] != total:
            steps.append((moment, total))
    return steps


def _merged(
    seen: Sequence[tuple[Observed, int]], activities: Sequence[Activity], aws: Callable[[float], float]
) -> list[tuple[Observed, int]]:
    """Changes of the desired instances, by the activity that made them where there is one: it has the exact time."""
    exact = []
    for one in activities:
        match = _DESIRED.search(one.description)
        if match is not None and one.status != "Failed":
            exact.append((aws(one.t_s), int(match[1])))
    merged: list[tuple[Observed, int]] = []
    for moment, count in seen:
        near = [t for t, n in exact if n == count and moment.t_s - 2 * moment.resolution_s - 1 <= t <= moment.t_s + 1]
        if near and merged:
            moment = Observed(t_s=near[-1], resolution_s=0.0, source="the scaling activity")
        merged.append((moment, count))
    return merged


def _per_instance(connected: Sequence[Point], running: Sequence[tuple[Observed, int]]) -> list[Point]:
    """Open streams by instance in service, at every change of either."""
    changes = sorted({t for t, _ in connected} | {moment.t_s for moment, _ in running})
    load, streams, instances = [], 0.0, 1
    opened, started = list(connected), list(running)
    for t in changes:
        while opened and opened[0][0] <= t:
            streams = opened.pop(0)[1]
        while started and started[0][0].t_s <= t:
            instances = max(1, started.pop(0)[1])
        load.append((t, streams / instances))
    return load


def _alarm_moment(alarm: AlarmState, aws: Callable[[float], float]) -> Observed:
    return Observed(t_s=aws(alarm.t_s), resolution_s=0.0, source="CloudWatch's alarm")


def _follows_streams(policy: Policy) -> bool:
    return policy.metric is not None and "ConcurrentRequests" in policy.metric


def _missing(not_read: Sequence[NotRead], call: str, otherwise: str) -> str:
    action = next((one.action for one in not_read if one.action.endswith(call)), None)
    return otherwise if action is None else f"{action} could not be called"


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def _metric_line(name: str, points: Sequence[Point], period_s: float) -> str:
    values = [value for _, value in points]
    figure = f"{sum(values):g} in all" if name.startswith("Invocation") else f"at most {max(values):.0f} %"
    return f"CloudWatch {name}: {figure} ({_periods(points)} of {period_s:g} s)."


def _periods(points: Sequence[Point]) -> str:
    return f"{len(points)} period{'s' * (len(points) != 1)}"
