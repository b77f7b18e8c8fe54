"""A recorded comparison made by hand: one turn with a pause, which arm A cuts off and arm B waits through."""

from __future__ import annotations

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.presenter.recorded import RecordedPair, recorded_pairs
from tests.ui import scripted

A, B = FluxOptions(eot_threshold=0.5), FluxOptions(eot_threshold=0.8)
TURN = SpokenTurn(text="cold-hearted and rather selfish is to be ill-disposed", start_s=1.0, end_s=6.0)
HOLD = Span(start_s=3.0, end_s=4.2)


def message(at_s: float, event: str, text: str, turn: int = 0, latency_ms: float = 40.0) -> TraceMessage:
    trigger = "model" if event == "EndOfTurn" else None
    return TraceMessage(
        audio_s=at_s,
        confidence=0.1,
        event=event,
        transcript=text,
        turn_index=turn,
        latency_ms=latency_ms,
        trigger=trigger,
    )


def trace(conn: int, setting: Setting, *messages: TraceMessage, clip: str = "a.wav") -> Trace:
    return Trace(clip=clip, path=clip, messages=messages, setting=setting, conn=conn, turns=(TURN,), holds=(HOLD,))


def cutting(conn: int = 1, clip: str = "a.wav") -> Trace:
    return trace(
        conn,
        Setting(eot=0.5),
        message(1.5, "StartOfTurn", "cold-hearted"),
        message(2.9, "Update", "cold-hearted and rather selfish"),
        message(3.52, "EndOfTurn", "cold-hearted and rather selfish."),
        message(4.6, "StartOfTurn", "is", 1),
        message(6.0, "Update", "is to be ill-disposed", 1),
        message(6.3, "EndOfTurn", "Is to be ill-disposed.", 1),
        clip=clip,
    )


def waiting(conn: int = 2, clip: str = "a.wav") -> Trace:
    return trace(
        conn,
        Setting(eot=0.8),
        message(1.5, "StartOfTurn", "cold-hearted"),
        message(2.9, "Update", "cold-hearted and rather selfish"),
        message(3.6, "EagerEndOfTurn", "cold-hearted and rather selfish"),
        message(4.6, "TurnResumed", "cold-hearted and rather selfish is"),
        message(6.0, "Update", "cold-hearted and rather selfish is to be ill-disposed"),
        message(6.5, "EndOfTurn", "Cold-hearted and rather selfish is to be ill-disposed.", latency_ms=30.0),
        clip=clip,
    )


def plan() -> RunPlan:
    return scripted.plan(4, variants=(A, B, B, A))


def pair() -> RecordedPair:
    (recorded_pair,) = recorded_pairs(plan(), [cutting(1), waiting(2)])
    return recorded_pair
