"""Replay next to live: whether a server run at a setting decided what the replay of a trace says it would.

    compared = compare(live, recorded)          # two traces of the same clip; the setting is that of `live`
    error = replay_error(comparisons)           # over many clips: differing decisions, and the error in milliseconds

A live decision is the same if it lies in the replayed interval. It is *unseen* where the speaker went on before the
next message: how high the confidence rose in between is not recorded. Only decisions up to the first end within a turn
are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from flux_desktop.evaluation.statistics.bootstrap import mean
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.traces.replay import ReplayedDecision, TurnMessages, parts, replay
from flux_desktop.evaluation.traces.silences import speech_before
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent

_EVENTS = {"EndOfTurn": DetectorEvent.END, "EagerEndOfTurn": DetectorEvent.EAGER}
_ROUNDING_S = 0.006
"""Positions are sent with two digits."""


class LiveDecision(Struct, frozen=True, kw_only=True):
    """An end of turn, or an eager one, that was recorded."""

    event: DetectorEvent
    at_s: float
    turn: int
    trigger: str | None = None


class Difference(Struct, frozen=True, kw_only=True):
    """A decision that only one side made, or that they made at different times."""

    clip: str
    turn: int
    event: DetectorEvent
    live_s: float | None
    replayed: ReplayedDecision | None


class ClipReplay(Struct, frozen=True, kw_only=True):
    """One clip."""

    source: str
    same: int
    unseen: int
    differences: tuple[Difference, ...]
    errors_ms: tuple[float, ...]
    """Replayed minus live, of ends that both have in the same turn."""


class ReplayError(Struct, frozen=True, kw_only=True):
    """All clips together."""

    decisions: int
    same: int
    unseen: int
    differing: int
    error_ms: Estimate
    """Mean of replayed minus live."""


def live_decisions(trace: Trace) -> list[LiveDecision]:
    """What the server decided in each turn, up to its first end; forced ends are no decisions."""
    decisions = []
    for part in parts(trace):
        for message in trace.messages[part.first : part.stop]:
            event = _EVENTS.get(message.event)
            if event is None or message.trigger == "manual":
                continue
            decisions.append(LiveDecision(event=event, at_s=message.audio_s, turn=part.turn, trigger=message.trigger))
            if event is DetectorEvent.END:
                break
    return decisions


def compare(live: Trace, recorded: Trace) -> ClipReplay:
    """Compare a live trace with the replay of `recorded` at its setting."""
    setting = live.setting
    replayed = [
        decision
        for decision in replay(recorded, setting.eot, setting.eager, setting.timeout_ms)
        if decision.judged and decision.kind != "resumed"
    ]
    lived = live_decisions(live)
    same = unseen = 0
    differences: list[Difference] = []
    errors_ms: list[float] = []
    for part in parts(recorded):
        ended_s = next((d.at_s for d in lived if d.turn == part.turn and d.event is DetectorEvent.END), math.inf)
        unsure_s = next(
            (d.until_s for d in replayed if d.turn == part.turn and d.kind == "end" and not d.certain), math.inf
        )
        for event in (DetectorEvent.END, DetectorEvent.EAGER):
            pairing = _matched(
                [
                    each.at_s
                    for each in lived
                    if each.turn == part.turn
                    and each.event is event
                    and (event is DetectorEvent.END or each.at_s <= unsure_s)
                ],
                [
                    each
                    for each in replayed
                    if each.turn == part.turn
                    and each.kind == event.value
                    and (event is DetectorEvent.END or each.after_s < ended_s)
                ],
                _gaps(recorded, part),
            )
            same += pairing.same
            unseen += pairing.unseen
            errors_ms += pairing.errors_ms if event is DetectorEvent.END else []
            differences += [
                Difference(clip=live.clip, turn=part.turn, event=event, live_s=live_s, replayed=decision)
                for live_s, decision in pairing.differing
            ]
    return ClipReplay(
        source=live.source, same=same, unseen=unseen, differences=tuple(differences), errors_ms=tuple(errors_ms)
    )


def replay_error(comparisons: Sequence[ClipReplay]) -> ReplayError:
    """The comparisons of many clips."""
    errors = [(error, each.source) for each in comparisons for error in each.errors_ms]
    same, unseen = sum(each.same for each in comparisons), sum(each.unseen for each in comparisons)
    differing = sum(len(each.differences) for each in comparisons)
    return ReplayError(
        decisions=same + unseen + differing,
        same=same,
        unseen=unseen,
        differing=differing,
        error_ms=mean([error for error, _ in errors], [source for _, source in errors]) if errors else Estimate(),
    )


class _Matched(Struct, kw_only=True):
    same: int = 0
    unseen: int = 0
    differing: list[tuple[float | None, ReplayedDecision | None]]
    errors_ms: list[float]


def _matched(
    live: Sequence[float], replayed: Sequence[ReplayedDecision], gaps: Sequence[tuple[float, float]]
) -> _Matched:
    """Pair the decisions of one kind within one turn."""
    pairing = _Matched(differing=[], errors_ms=[])
    left = list(replayed)
    for at_s in live:
        own = next((each for each in left if _covers(each.after_s, at_s, each.until_s)), None)
        if own is not None:
            left.remove(own)
            pairing.same += 1
            pairing.errors_ms.append((own.at_s - at_s) * 1000)
        elif any(_covers(after_s, at_s, until_s) for after_s, until_s in gaps):
            pairing.unseen += 1
            if replayed and replayed[0].kind == "end":
                return pairing  # the turn has ended live: what the replay says of its rest is not judged
        elif left and not left[0].certain:
            left.pop(0)
            pairing.unseen += 1
        elif left:
            pairing.differing.append((at_s, left.pop(0)))
        else:
            pairing.differing.append((at_s, None))
    for rest in left:
        if rest.certain:
            pairing.differing.append((None, rest))
        else:
            pairing.unseen += 1
    return pairing


def _covers(after_s: float, at_s: float, until_s: float) -> bool:
    return after_s - _ROUNDING_S < at_s <= until_s + _ROUNDING_S


def _gaps(trace: Trace, part: TurnMessages) -> list[tuple[float, float]]:
    """Intervals between two messages that are not silent throughout: confidence may have risen and fallen in them."""
    spoken = speech_before(trace.messages)
    times = [message.audio_s for message in trace.messages]
    return [
        (times[index - 1], times[index])
        for index in range(max(1, part.first), part.stop)
        if spoken[index] or spoken[index - 1]
    ]
