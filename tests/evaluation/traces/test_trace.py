"""Traces: what they can be replayed for, and what intervals are drawn over."""

from __future__ import annotations

from flux_desktop.evaluation.traces.trace import Setting, Trace, not_replayable

TRACE = Trace(clip="a.wav", messages=(), setting=Setting(eot=0.8, timeout_ms=5000))


def test_a_trace_answers_up_to_the_setting_that_it_was_recorded_with() -> None:
    assert not_replayable(TRACE, Setting(eot=0.8, timeout_ms=5000)) == ""
    assert not_replayable(TRACE, Setting(eot=0.5, eager=0.4, timeout_ms=500)) == ""


def test_beyond_that_it_says_why_not() -> None:
    assert "Only thresholds up to 0.8 can be evaluated." in not_replayable(TRACE, Setting(eot=0.81, timeout_ms=500))
    assert "Only timeouts up to 5000 ms can be" in not_replayable(TRACE, Setting(eot=0.5, timeout_ms=5001))


def test_a_clip_without_a_conversation_stands_for_itself() -> None:
    assert TRACE.source == "a.wav"
    assert Trace(clip="a.wav", conversation="talk", messages=()).source == "talk"


def test_a_setting_as_text() -> None:
    assert Setting(eot=0.82, eager=0.5, timeout_ms=2500).text == "0.82 · eager 0.50 · 2.5 s"
    assert Setting().text == "0.70 · eager off · 5 s"
