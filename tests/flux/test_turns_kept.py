"""What is kept of turns: their texts, how they ended, and nothing that a late message repeats."""

from __future__ import annotations

import pytest

from flux_desktop.flux.messages import Connected, TurnInfo, Word
from flux_desktop.flux.turns import TurnTracker
from tests.flux.turn_messages import EAGER, END, READY, RESUMED, SPEAKING, START, UPDATE, fed, info, rules


def test_an_update_with_text_opens_a_turn() -> None:
    tracker = fed(info(UPDATE, "so", turn_index=0))
    assert tracker.state is SPEAKING
    assert tracker.turn is not None
    assert rules(tracker) == ["turn_without_start"]


@pytest.mark.parametrize("event", [START, UPDATE, EAGER, RESUMED, END])
@pytest.mark.parametrize("index", [1, 7])
def test_a_turn_whose_end_was_not_received_keeps_its_text(event: str, index: int) -> None:
    tracker = fed(info(START, "so", turn_index=0), info(UPDATE, "so it is", turn_index=0))
    step = tracker.feed(info(event, "fine", turn_index=index))
    assert step.closed is not None
    assert (step.closed.index, step.closed.transcript, step.closed.ended_by) == (0, "so it is", "closed")
    assert step.turn is not None
    assert (step.turn.index, step.turn.transcript) == (index, "fine")
    assert [violation.rule for violation in step.violations].count("turn_index_wrong") == 1
    assert tracker.finished[0] is step.closed
    assert tracker.feed(info(UPDATE, "", turn_index=index + (event == END))).closed is None


ENDED = (info(START, "so", turn_index=0), info(END, "so it is", turn_index=0, audio_window_end=2.0))
"""A whole turn."""


@pytest.mark.parametrize(
    "late",
    [
        info(END, "so it is", turn_index=0, audio_window_end=2.0),
        info(END, "so it is", turn_index=0, audio_window_end=2.5),
        info(END, "so it is not", turn_index=0),
        info(UPDATE, "so it", turn_index=0, audio_window_start=1.0, audio_window_end=2.5),
        info(UPDATE, "it", turn_index=0, audio_window_end=1.5),
        info(EAGER, "so it is", turn_index=0, audio_window_end=1.5),
        info(END, "", turn_index=0),
    ],
)
@pytest.mark.parametrize("before", [ENDED, (*ENDED, info(START, "fine", turn_index=1, audio_window_end=3.0))])
def test_a_late_message_of_an_ended_turn_is_an_anomaly_and_no_turn(
    late: TurnInfo, before: tuple[TurnInfo, ...]
) -> None:
    tracker = fed(*before)
    state, turn = tracker.state, tracker.turn
    step = tracker.feed(late)
    assert (step.turn, step.closed, step.is_late) == (None, None, True)
    assert (tracker.state, tracker.turn, rules(tracker)) == (state, turn, ["turn_index_wrong"])
    assert tracker.feed(info(UPDATE if turn else START, "fine", turn_index=1, audio_window_end=3.0)).violations == ()
    tracker.close()
    assert [turn.transcript for turn in tracker.finished] == ["so it is", "fine"]


def test_a_late_message_never_cuts_the_open_turn() -> None:
    tracker = fed(*ENDED, info(START, "fine", turn_index=1))
    assert tracker.feed(info(END, "so it is not", turn_index=0, audio_window_end=9.0)).is_late
    assert tracker.turn is not None


def test_a_late_message_of_the_turn_before_the_last() -> None:
    tracker = fed(*ENDED, info(START, "x", turn_index=1), info(END, "fine", turn_index=1, audio_window_end=3.0))
    assert tracker.feed(info(UPDATE, "other", turn_index=0, audio_window_end=4.0)).is_late


@pytest.mark.parametrize(
    "message",
    [
        info(START, "so"),
        info(UPDATE, "fine", audio_window_end=3.0),
        info(UPDATE, "so", audio_window_start=2.0, audio_window_end=3.0),
    ],
)
def test_a_server_that_does_not_count_its_turns_loses_no_text(message: TurnInfo) -> None:
    message.turn_index = 0
    tracker = fed(*ENDED, message)
    tracker.close()
    assert [turn.transcript for turn in tracker.finished] == ["so it is", message.transcript]


def test_an_empty_update_with_the_index_before_is_silence() -> None:
    step = fed(*ENDED).feed(info(UPDATE, "", turn_index=0, audio_window_end=2.5))
    assert (step.turn, step.violations) == (None, ())


def test_an_end_of_turn_without_a_text_keeps_the_last_one() -> None:
    """It is that of the message too, from which words and errors are counted."""
    words = [Word("so"), Word("it")]
    end = info(END, "")
    tracker = fed(START, info(EAGER, "so it", words=words), end)
    assert rules(tracker) == ["end_without_text"]
    (turn,) = tracker.finished
    assert (turn.transcript, turn.words, turn.ended_by) == ("so it", words, "model")
    assert (end.transcript, end.words) == ("so it", words)


def test_silence_opens_no_turn() -> None:
    tracker = fed(info(UPDATE, ""), info(UPDATE, ""))
    assert (tracker.state, tracker.turn, rules(tracker)) == (READY, None, [])


def test_a_whole_turn_is_kept() -> None:
    word = Word("hello,", 0.9)
    tracker = TurnTracker(eager_configured=True)
    tracker.feed(info(START, "hello", turn_index=0, audio_window_start=1.0, audio_window_end=1.24))
    tracker.feed(info(EAGER, "hello", turn_index=0, end_of_turn_confidence=0.5, audio_window_end=2.0))
    tracker.feed(info(RESUMED, "hello how", turn_index=0, end_of_turn_confidence=0.1, audio_window_end=2.24))
    open_turn = tracker.turn
    ended = tracker.feed(
        info(END, "hello, how are you?", words=[word], end_of_turn_confidence=0.912, audio_window_end=3.2)
    ).turn
    assert ended is open_turn is tracker.finished[0]
    assert (tracker.turn, tracker.next_index) == (None, 1)
    assert (ended.index, ended.transcript, ended.words) == (0, "hello, how are you?", [word])
    assert (ended.confidence, ended.start_s, ended.end_s) == (0.912, 1.0, 3.2)
    assert (ended.eager_count, ended.resumed_count, ended.ended_by) == (1, 1, "model")


def test_an_end_without_a_confidence_keeps_the_last_one() -> None:
    tracker = fed(START, info(EAGER, end_of_turn_confidence=0.5), END)
    assert tracker.finished[0].confidence == 0.5


@pytest.mark.parametrize(
    ("trigger", "ended_by"), [("model", "model"), ("timeout", "timeout"), ("manual", "manual"), (None, "unknown")]
)
def test_who_ended_the_turn(trigger: str | None, ended_by: str) -> None:
    assert fed(START, info(END, trigger=trigger)).finished[0].ended_by == ended_by


def test_closing_makes_the_open_text_final() -> None:
    tracker = fed(START, info(UPDATE, "so it"))
    turn = tracker.close()
    assert turn is not None
    assert (turn.transcript, turn.ended_by) == ("so it", "closed")
    assert tracker.finished == [turn]
    assert (tracker.state, tracker.turn) == (READY, None)


def test_a_new_stream_goes_on_with_the_turns() -> None:
    first = info(UPDATE, "so it", turn_index=0, sequence_id=1, request_id="r")
    tracker = fed(Connected(request_id="r", sequence_id=0), first)
    closed = tracker.new_stream()
    assert closed is not None
    assert (closed.index, closed.ended_by, tracker.next_index) == (0, "closed", 1)
    tracker.feed(Connected(request_id="s", sequence_id=0))
    tracker.feed(info(START, turn_index=1, sequence_id=1, request_id="s"))
    assert rules(tracker) == ["turn_without_start"], "of the first stream; ids and numbers begin again"


def test_a_new_stream_without_an_open_turn() -> None:
    tracker = fed(START, END)
    assert tracker.new_stream() is None
    assert tracker.next_index == 1


def test_closing_an_empty_or_no_turn_gives_none() -> None:
    assert fed(info(START, "")).close() is None
    assert fed(START, END).close() is None
    assert fed().close() is None
