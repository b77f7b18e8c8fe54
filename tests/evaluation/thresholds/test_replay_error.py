"""Replay next to live: what is the same, what two messages hide, and what differs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from flux_desktop.evaluation.thresholds.replay_error import compare, live_decisions, replay_error
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent
from tests.evaluation.hand_made import turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of

RECORDED = Trace(
    clip="c",
    messages=messages_of("a|0.01 0.4 0.6", "a b|0.02 0.01 0.5 0.9"),
    setting=HIGHEST,
    turns=(turn(0.0, 1.2),),
)


def live(*ends: float, event: str = "EndOfTurn", trigger: str | None = "model") -> Trace:
    messages = [
        TraceMessage(audio_s=at_s, confidence=0.8, event=event, transcript="a", trigger=trigger) for at_s in ends
    ]
    return replace(RECORDED, messages=tuple(messages), setting=Setting(eot=0.7, timeout_ms=5000))


def test_a_decision_in_the_replayed_interval_is_the_same() -> None:
    comparison = compare(live(1.6), RECORDED)
    assert (comparison.same, comparison.unseen, comparison.differences) == (1, 0, ())
    assert comparison.errors_ms == (pytest.approx(0, abs=1e-6),)


def test_what_came_between_two_messages_before_speech_went_on_is_unseen() -> None:
    comparison = compare(live(0.88), RECORDED)
    assert (comparison.same, comparison.unseen, comparison.differences) == (0, 1, ())


def test_everything_else_differs() -> None:
    (early,) = compare(live(0.64), RECORDED).differences
    assert (early.event, early.live_s) == (DetectorEvent.END, 0.64)
    assert early.replayed is not None
    (missing,) = compare(live(), RECORDED).differences
    assert missing.live_s is None


def test_forced_ends_and_what_follows_the_first_end_are_not_compared() -> None:
    assert [each.at_s for each in live_decisions(live(0.5, trigger="manual"))] == []
    assert [each.at_s for each in live_decisions(live(0.5, 0.9))] == [0.5]


def test_the_error_is_a_mean_over_conversations() -> None:
    error = replay_error([compare(live(at_s), RECORDED) for at_s in (1.52, 1.6, 1.68)])
    assert (error.decisions, error.same, error.differing) == (3, 3, 0)
    assert error.error_ms.value is not None
    assert abs(error.error_ms.value) < 1e-6
    assert replay_error([]).error_ms.n == 0
