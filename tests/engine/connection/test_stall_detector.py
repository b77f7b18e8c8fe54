"""When a stream counts as stalled, and when its last turn is complete."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.connection.stall_detector import StallDetector
from flux_desktop.flux.options import FluxOptions


class State:
    """What the detector looks at, as plain values."""

    def __init__(self) -> None:
        self.receiver = SimpleNamespace(
            is_quiet=True, answers_in_silence=False, last_turn_info_audio_s=0.0, window_end_s=0.0
        )
        self.is_late = False
        self.lateness_asked_s: list[float] = []
        self.sender = SimpleNamespace(
            audio_clock=SimpleNamespace(audio_s=0.0), audio_end_s=None, was_late=self.was_late
        )
        self.controls = SimpleNamespace(in_force=FluxOptions(eot_timeout_ms=500))
        self.stream = SimpleNamespace(oldest_unsent_s=0.0)
        timeouts = Timeouts(backlog_s=10.0, silent_turn_s=3.0)
        self.detector = StallDetector(timeouts, self.receiver, self.sender, self.controls)  # type: ignore[arg-type]

    def was_late(self, period_s: float) -> bool:
        self.lateness_asked_s.append(period_s)
        return self.is_late

    def stalled(self) -> str | None:
        problem = self.detector.stalled(self.stream)  # type: ignore[arg-type]
        return None if problem is None else problem.code


def test_audio_that_is_not_taken_for_long_is_a_stall() -> None:
    state = State()
    state.stream.oldest_unsent_s = 10.0
    assert state.stalled() is None
    state.stream.oldest_unsent_s = 10.1
    assert state.stalled() == "send_stalled"


def test_where_this_machine_was_late_the_endpoint_is_not_blamed() -> None:
    state = State()
    state.stream.oldest_unsent_s = 12.0
    on_time = state.detector.stalled(state.stream)  # type: ignore[arg-type]
    state.is_late = True
    stuck = state.detector.stalled(state.stream)  # type: ignore[arg-type]
    state.receiver.is_quiet, state.sender.audio_clock.audio_s = False, 7.0
    silent = state.detector.unanswered()
    assert state.lateness_asked_s == [12.0, 12.0, 7.0], "of the time that it has been waiting"
    assert on_time is not None
    assert "this machine" not in on_time.sentence()
    for problem, code in ((stuck, "send_stalled"), (silent, "gone_silent")):
        assert problem is not None
        assert problem.code == code
        assert problem.what in ("Audio could no longer be sent in time.", "No answer came in time.")
        assert "this machine sent audio late" in problem.why


@pytest.mark.parametrize(("timeout_ms", "allowed_s"), [(500, 3.0), (2000, 8.0)])
def test_an_open_turn_may_be_unanswered_for_four_timeouts_and_at_least_three_seconds(
    timeout_ms: int, allowed_s: float
) -> None:
    state = State()
    state.controls.in_force = FluxOptions(eot_timeout_ms=timeout_ms)
    state.receiver.is_quiet = False
    state.sender.audio_clock.audio_s = allowed_s
    assert state.stalled() is None
    state.sender.audio_clock.audio_s = allowed_s + 0.1
    assert state.stalled() == "gone_silent"
    state.receiver.last_turn_info_audio_s = 1.0
    assert state.stalled() is None


def test_silence_between_turns_means_something_only_from_a_server_that_answers_there() -> None:
    state = State()
    state.sender.audio_clock.audio_s = 100.0
    assert state.stalled() is None
    state.receiver.answers_in_silence = True
    assert state.stalled() == "gone_silent"


def test_a_turn_that_outlived_its_timeout_unanswered_was_not_received_to_its_end() -> None:
    state = State()
    state.receiver.is_quiet = False
    state.sender.audio_clock.audio_s = 2.9
    assert state.detector.unanswered() is None
    state.sender.audio_clock.audio_s = 3.0
    problem = state.detector.unanswered()
    assert problem is not None
    assert "middle of a turn" in problem.what


def test_the_last_turn_has_ended_when_an_answer_covers_the_audio_or_silence_shows_that_none_is_coming() -> None:
    state = State()
    state.sender.audio_end_s = 4.0
    assert not state.detector.settled(1.4)
    assert state.detector.settled(1.5)
    state.receiver.window_end_s = 4.0
    assert state.detector.settled(0.0)
    state.receiver.is_quiet = False
    assert not state.detector.settled(9.0)
