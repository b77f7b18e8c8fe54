"""Scores of what a server decided live, every decision included: `turn_scoring` for a trace."""

from __future__ import annotations

from flux_desktop.evaluation.traces.trace import Trace, TraceMessage
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, EndCause, TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, ReferenceTurns, score

_EVENTS = {
    "EndOfTurn": DetectorEvent.END,
    "EagerEndOfTurn": DetectorEvent.EAGER,
    "TurnResumed": DetectorEvent.RESUMED,
}
_CAUSES = {"model": EndCause.MODEL, "timeout": EndCause.TIMEOUT, "manual": EndCause.FORCED}


def live_score(trace: Trace) -> ClipScore:
    """The score of one clip as it was played."""
    reference = ReferenceTurns(
        clip=trace.clip,
        conversation=trace.source,
        turns=trace.turns,
        holds=trace.holds,
        ignore=trace.ignore,
        heard_until_s=max((message.audio_s for message in trace.messages), default=0.0),
    )
    return score(reference, [_decision(message) for message in trace.messages if message.event in _EVENTS])


def _decision(message: TraceMessage) -> TurnDecision:
    return TurnDecision(
        event=_EVENTS[message.event],
        audio_s=message.audio_s,
        heard_s=None if message.latency_ms is None else message.audio_s + message.latency_ms / 1000,
        cause=_CAUSES.get(message.trigger or "", EndCause.UNKNOWN),
        transcript=message.transcript,
    )
