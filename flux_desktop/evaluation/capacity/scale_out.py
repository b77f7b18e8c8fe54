"""The stages of a scale-out on the clock of a run, each with its uncertainty; pure.

    stages = scale_outs(sources)

A stage that the data does not show is "not observed": it is never guessed from its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Observed(Struct, frozen=True, kw_only=True):
    """A moment in s on the run's clock; it may be up to `resolution_s` earlier. `source` names where it was read."""

    t_s: float
    resolution_s: float
    source: str


class ScaleOutStage(Struct, frozen=True, kw_only=True):
    """One stage: when it was reached, or why that is not known."""

    name: str
    at: Observed | None = None
    why_not: str = ""

    def text(self, origin: Observed | None = None) -> str:
        """The stage in words, with the seconds since `origin`."""
        if self.at is None:
            return f"{self.name}: not observed{f' ({self.why_not})' if self.why_not else ''}"
        since = "" if origin is None or origin is self.at else f", {self.at.t_s - origin.t_s:.1f} s later"
        unsure = f" (−{self.at.resolution_s:g} s)" if self.at.resolution_s else ""  # noqa: RUF001 - a minus is meant
        return f"{self.name}: {self.at.t_s:.1f} s{unsure}{since}, by {self.at.source}"


class ScaleOut(Struct, frozen=True, kw_only=True):
    """One increase of the desired instances, from `before` to `after` (None: it never came)."""

    before: int
    after: int | None
    stages: tuple[ScaleOutStage, ...]

    @property
    def seconds(self) -> float | None:
        """From load above the target to the first new stream; None where either was not observed."""
        first, last = self.stages[0].at, self.stages[-1].at
        return None if first is None or last is None else last.t_s - first.t_s

    def lines(self) -> list[str]:
        """A heading and the stages, in words; the times are those since the run began and since the first stage."""
        after = "more" if self.after is None else str(self.after)
        origin = next((stage.at for stage in self.stages if stage.at is not None), None)
        total = "" if self.seconds is None else f", {self.seconds:.1f} s in all"
        return [f"Scale-out from {self.before} to {after} instances{total}", *(s.text(origin) for s in self.stages)]


class Sources(Struct, frozen=True, kw_only=True):
    """What the stages are found in, all on the run's clock and in order of time.

    `load` is open streams by instance that runs, as the run itself knows it; `desired` and `running` are instance
    counts with the moment from which they hold; `alarms` the moments at which an upper alarm went off; `streams` when
    each stream was asked for, and when it was Connected.
    """

    target: float | None
    load: Sequence[tuple[float, float]]
    desired: Sequence[tuple[Observed, int]]
    running: Sequence[tuple[Observed, int]]
    alarms: Sequence[Observed]
    streams: Sequence[tuple[float, float]]
    no_target: str = "no scaling policy with a target was read"
    no_alarms: str = ""


def scale_outs(sources: Sources) -> list[ScaleOut]:
    """Every increase of the desired instances, and a last one without it where the load ended above the target.

    The load above the target is the last rise above it before the alarm, or before the change without an alarm.
    """
    increases: list[ScaleOut] = []
    since_s = float("-inf")
    before = sources.desired[0][1] if sources.desired else 1
    for moment, count in sources.desired[1:]:
        if count > before:
            increases.append(_scale_out(sources, before, count, moment, since_s))
        # The load of the next scale-out counts from here, whether this one went up or down.
        before, since_s = count, moment.t_s
    if sources.target is not None and sources.load and sources.load[-1][1] > sources.target:
        alarm = _alarm(sources, since_s, float("inf"))
        never = [ScaleOutStage(name=name, why_not="not before the run ended") for name in _LAST_STAGES]
        above = _above(sources, since_s, alarm.at.t_s if alarm.at else float("inf"))
        increases.append(ScaleOut(before=before, after=None, stages=(above, alarm, *never)))
    return increases


_LAST_STAGES = ("desired instances changed", "new instance in service", "first new stream after it")


def _scale_out(sources: Sources, before: int, after: int, desired: Observed, since_s: float) -> ScaleOut:
    served = next((moment for moment, count in sources.running if count >= after and moment.t_s >= desired.t_s), None)
    # A stream that was asked for before may have been given to the new instance or not: only later ones surely count.
    streams = next((t for asked_s, t in sources.streams if served is not None and asked_s >= served.t_s), None)
    alarm = _alarm(sources, since_s, desired.t_s)
    return ScaleOut(
        before=before,
        after=after,
        stages=(
            _above(sources, since_s, alarm.at.t_s if alarm.at else desired.t_s),
            alarm,
            ScaleOutStage(name=_LAST_STAGES[0], at=desired),
            ScaleOutStage(name=_LAST_STAGES[1], at=served, why_not="not before the run ended"),
            ScaleOutStage(
                name=_LAST_STAGES[2],
                at=None if streams is None else Observed(t_s=streams, resolution_s=0.0, source="this run"),
                why_not="no stream was opened after it; open streams stay where they are",
            ),
        ),
    )


def _above(sources: Sources, since_s: float, until_s: float) -> ScaleOutStage:
    name = "load above target"
    if sources.target is None:
        return ScaleOutStage(name=name, why_not=sources.no_target)
    began_s = None
    was_above = False
    for t, load in sources.load:
        if t > until_s:
            break
        is_above = load > sources.target
        if is_above and not was_above:
            began_s = t
        was_above = is_above
    if began_s is None:
        return ScaleOutStage(name=name, why_not="the streams of this run alone did not exceed it")
    # Load that a previous change did not bring below the target counts from that change on.
    return ScaleOutStage(
        name=name, at=Observed(t_s=max(began_s, since_s), resolution_s=0.0, source="this run's open streams")
    )


def _alarm(sources: Sources, since_s: float, until_s: float) -> ScaleOutStage:
    name = "alarm"
    going = [moment for moment in sources.alarms if since_s < moment.t_s <= until_s]
    if going:
        return ScaleOutStage(name=name, at=going[0])
    if sources.no_alarms:
        return ScaleOutStage(name=name, why_not=sources.no_alarms)
    earlier = any(moment.t_s <= since_s for moment in sources.alarms)
    return ScaleOutStage(name=name, why_not="the alarm was on already" if earlier else "no alarm changed its state")
