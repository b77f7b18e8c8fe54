"""Scores of live traces: every decision, forced ends left out."""

from __future__ import annotations

from flux_desktop.evaluation.traces.live_score import live_score
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.evaluation.turns.turn_scoring import TurnOutcome
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import played, random_clip


def message(audio_s: float, event: str, trigger: str | None = None) -> TraceMessage:
    return TraceMessage(audio_s=audio_s, confidence=0.8, event=event, trigger=trigger, transcript="a", latency_ms=100)


def test_every_decision_counts() -> None:
    trace = Trace(
        clip="c",
        conversation="talk",
        messages=(
            message(0.9, "EagerEndOfTurn"),
            message(1.0, "EndOfTurn", "model"),
            message(2.4, "EndOfTurn", "timeout"),
            message(9.0, "Update"),
        ),
        turns=(turn(0.0, 2.0),),
        holds=(span(0.8, 1.2),),
    )
    score = live_score(trace)
    assert (score.clip, score.conversation) == ("c", "talk")
    assert score.turns[0].outcome is TurnOutcome.TIMEOUT
    assert (score.turns[0].eager, len(score.turns[0].cut_offs)) == (1, 1)
    assert score.holds[0].cut_off is not None
    assert score.turns[0].delivery_s is not None
    assert round(score.turns[0].delivery_s, 6) == 0.1


def test_the_built_in_endpoint_ends_most_turns() -> None:
    score = live_score(played(random_clip("clip", 2), Setting(eot=0.9)))
    assert {turn.outcome for turn in score.turns} <= {TurnOutcome.ENDED, TurnOutcome.TIMEOUT}
