"""Instances of an endpoint and their scaling, simulated: streams, alarms, desired and running instances. Pure.

    group = InstanceGroup(ScalingSettings(max_instances=4, target=10), now_s)
    group.open("stream 1", now_s)

A stream stays on the instance that it was opened on. Every method takes the present time in s and first brings the
simulation up to it; events in between happen at their own times.
"""

from __future__ import annotations

import math
from collections import deque

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError

METRIC_S = 10.0
ALARM_OUT_PERIODS, ALARM_IN_PERIODS = 3, 90
"""Consecutive periods above the target, or below nine tenths of it, after which target tracking acts."""
SCALE_IN_FACTOR = 0.9
INSTANCE_START_S = 240.0
COOLDOWN_OUT_S, COOLDOWN_IN_S = 60.0, 300.0
_PERIODS_KEPT = 2000


class ScalingSettings(Struct, frozen=True, kw_only=True):
    """`target`: streams per instance that a policy tracks, None for no policy. `speed` divides all durations."""

    min_instances: int = 1
    max_instances: int = 1
    target: float | None = None
    speed: float = 1.0
    cooldown_out_s: float = COOLDOWN_OUT_S
    cooldown_in_s: float = COOLDOWN_IN_S


def check_limits(least: int, most: int | None) -> None:
    """Limits of scaling as they were given. Raises `ProblemError` where there is no number between them."""
    if most is not None and most < least:
        raise ProblemError(
            Problem(
                code="scaling_unusable",
                what="The endpoint's instances cannot be set.",
                why=f"--max-instances {most} is below --min-instances {least}.",
                todo="Raise --max-instances, or lower --min-instances.",
            )
        )


class Period(Struct, frozen=True):
    """One period of the metric: when it began, and the streams of the busiest instance in it."""

    began_s: float
    streams: int


class Change(Struct, kw_only=True):
    """A scaling activity: from when the desired number changed until the instances follow it."""

    id: int
    began_s: float
    ended_s: float | None = None
    before: int
    after: int
    alarm: str


class Alarm(Struct, kw_only=True):
    """One of the policy's two alarms; `changed_s` is when it went into its state."""

    name: str
    threshold: float
    is_upper: bool
    changed_s: float
    is_on: bool = False


class _Instance:
    def __init__(self, ready_s: float) -> None:
        self.ready_s = ready_s
        self.streams: set[str] = set()
        self.is_leaving = False


class InstanceGroup:
    """The instances of one endpoint with one variant."""

    def __init__(self, settings: ScalingSettings, now_s: float) -> None:
        self.settings = settings
        self.desired = settings.min_instances
        self.periods: deque[Period] = deque(maxlen=_PERIODS_KEPT)
        self.changes: list[Change] = []
        self.alarms: list[Alarm] = []
        self._instances = [_Instance(now_s) for _ in range(settings.min_instances)]
        self._period_s = METRIC_S / settings.speed
        self._began_s = now_s
        self._most = 0
        self._means: deque[float] = deque(maxlen=ALARM_IN_PERIODS)
        self._mean = 0.0
        self.set_target(settings.target, now_s)

    @property
    def period_s(self) -> float:
        """Length of a metric's period."""
        return self._period_s

    def set_target(self, target: float | None, now_s: float) -> None:
        """Follow another target, as a new policy does; None ends scaling."""
        self.settings = msgspec.structs.replace(self.settings, target=target)
        self.alarms = []
        if target is not None:
            self.alarms = [
                Alarm(name="AlarmHigh", threshold=target, is_upper=True, changed_s=now_s),
                Alarm(name="AlarmLow", threshold=SCALE_IN_FACTOR * target, is_upper=False, changed_s=now_s),
            ]

    def set_limits(self, min_instances: int, max_instances: int) -> None:
        """Scale between other numbers of instances."""
        self.settings = msgspec.structs.replace(self.settings, min_instances=min_instances, max_instances=max_instances)

    # ------------------------------------------------------------ streams

    def least_streams(self, now_s: float) -> int:
        """Streams of the instance that a new one would be opened on."""
        return len(self._free(now_s).streams)

    def open(self, stream: str, now_s: float) -> None:
        """Open a stream on the instance with the fewest."""
        self._free(now_s).streams.add(stream)
        self._count(now_s)

    def close(self, stream: str, now_s: float) -> None:
        """End a stream."""
        self.advance(now_s)
        for instance in self._instances:
            instance.streams.discard(stream)
        self._remove_left()

    def beside(self, stream: str) -> int:
        """Streams on the instance of a stream, itself included."""
        return next((len(one.streams) for one in self._instances if stream in one.streams), 0)

    def running(self, now_s: float) -> int:
        """Instances in service."""
        self.advance(now_s)
        return len(self._serving(now_s))

    # ------------------------------------------------------------ the simulation

    def advance(self, now_s: float) -> None:
        """Bring the simulation up to a time."""
        while (end_s := self._began_s + self._period_s) <= now_s:
            self._finish_changes(end_s)
            self._count(end_s)
            self.periods.append(Period(self._began_s, self._most))
            self._means.append(self._mean)
            self._began_s, self._most, self._mean = end_s, 0, 0.0
            self._count(end_s)
            self._watch(end_s)
        self._finish_changes(now_s)

    def _free(self, now_s: float) -> _Instance:
        self.advance(now_s)
        serving = self._serving(now_s)
        return min([one for one in serving if not one.is_leaving] or serving, key=lambda one: len(one.streams))

    def _serving(self, now_s: float) -> list[_Instance]:
        return [one for one in self._instances if one.ready_s <= now_s]

    def _count(self, now_s: float) -> None:
        serving = self._serving(now_s)
        self._most = max([self._most, *(len(one.streams) for one in serving)])
        self._mean = max(self._mean, sum(len(one.streams) for one in serving) / max(1, len(serving)))

    def _watch(self, now_s: float) -> None:
        """The alarms at the end of a period, and what the policy does about them."""
        for alarm in self.alarms:
            count = ALARM_OUT_PERIODS if alarm.is_upper else ALARM_IN_PERIODS
            latest = list(self._means)[-count:]
            is_on = len(latest) == count and all(
                mean > alarm.threshold if alarm.is_upper else mean < alarm.threshold for mean in latest
            )
            if is_on != alarm.is_on:
                alarm.is_on, alarm.changed_s = is_on, now_s
            if is_on:
                self._act(alarm, latest[-1], now_s)

    def _act(self, alarm: Alarm, mean: float, now_s: float) -> None:
        settings = self.settings
        assert settings.target is not None
        cooldown_s = (settings.cooldown_out_s if alarm.is_upper else settings.cooldown_in_s) / settings.speed
        last = self.changes[-1] if self.changes else None
        if last is not None and (last.ended_s is None or now_s < last.ended_s + cooldown_s):
            return
        wanted = math.ceil(mean * len(self._serving(now_s)) / settings.target)
        wanted = max(settings.min_instances, min(settings.max_instances, wanted))
        if (wanted > self.desired) != alarm.is_upper or wanted == self.desired:
            return
        change = Change(id=len(self.changes) + 1, began_s=now_s, before=self.desired, after=wanted, alarm=alarm.name)
        self.changes.append(change)
        self.desired = wanted
        if alarm.is_upper:
            ready_s = now_s + INSTANCE_START_S / settings.speed
            self._instances += [_Instance(ready_s) for _ in range(change.after - change.before)]
        else:
            for one in sorted(self._instances, key=lambda one: len(one.streams))[: change.before - change.after]:
                one.is_leaving = True  # it takes no more streams, and goes when its last one has ended
            self._remove_left()

    def _finish_changes(self, now_s: float) -> None:
        change = self.changes[-1] if self.changes else None
        if change is None or change.ended_s is not None:
            return
        if change.after < change.before:
            change.ended_s = now_s if len(self._instances) <= change.after else None
        elif len(self._serving(now_s)) >= change.after:
            change.ended_s = max(one.ready_s for one in self._instances)

    def _remove_left(self) -> None:
        self._instances = [one for one in self._instances if one.streams or not one.is_leaving]
