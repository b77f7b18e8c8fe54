"""The turn state machine: the whole table, every checked rule broken and kept, and any order of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.flux.messages import (
    ConfigureSuccess,
    Connected,
    Error,
    ServerMessage,
    ThresholdsInForce,
    TurnEvent,
    TurnInfo,
    Unknown,
    Word,
)
from flux_desktop.flux.turns import HARD_RULES, TRANSITIONS, MessageEffect, TurnState, TurnTracker, Violation

START, UPDATE, EAGER = TurnEvent.START_OF_TURN, TurnEvent.UPDATE, TurnEvent.EAGER_END_OF_TURN
RESUMED, END = TurnEvent.TURN_RESUMED, TurnEvent.END_OF_TURN
READY, SPEAKING, AWAITING = TurnState.READY, TurnState.SPEAKING, TurnState.AWAITING_END


def info(event: str, text: str = "hello", **fields: object) -> TurnInfo:
    """One TurnInfo without a fault of its own: an EndOfTurn says that the model ended the turn."""
    if event == END:
        fields.setdefault("trigger", "model")
    return TurnInfo(event=event, transcript=text, **fields)  # type: ignore[arg-type]


class RecordingTracker(TurnTracker):
    """Keeps every violation that `feed` has returned."""

    def __init__(self, *, eager_configured: bool | None = None) -> None:
        super().__init__(eager_configured=eager_configured)
        self.violations: list[Violation] = []

    def feed(self, message: ServerMessage) -> MessageEffect:
        step = super().feed(message)
        self.violations += step.violations
        return step


def fed(*messages: ServerMessage | str, eager: bool | None = None) -> RecordingTracker:
    tracker = RecordingTracker(eager_configured=eager)
    for message in messages:
        tracker.feed(info(message) if isinstance(message, str) else message)
    return tracker


def rules(tracker: RecordingTracker) -> list[str]:
    return [violation.rule for violation in tracker.violations]


LEADS_TO = {READY: (), SPEAKING: (START,), AWAITING: (START, EAGER)}
# What a server may send in each state, and where that leads; the text is empty in Ready's Update.
DOCUMENTED = {
    (READY, START): SPEAKING,
    (READY, UPDATE): READY,
    (SPEAKING, UPDATE): SPEAKING,
    (SPEAKING, EAGER): AWAITING,
    (SPEAKING, END): READY,
    (AWAITING, UPDATE): AWAITING,
    (AWAITING, RESUMED): SPEAKING,
    (AWAITING, END): READY,
}
BROKEN = {
    (READY, EAGER): (AWAITING, "turn_without_start"),
    (READY, RESUMED): (SPEAKING, "resumed_without_eager"),
    (READY, END): (READY, "turn_without_start"),
    (SPEAKING, START): (SPEAKING, "second_start_in_turn"),
    (SPEAKING, RESUMED): (SPEAKING, "resumed_without_eager"),
    (AWAITING, START): (SPEAKING, "second_start_in_turn"),
    (AWAITING, EAGER): (AWAITING, "second_eager_without_resume"),
}


def test_the_table_has_every_state_and_event() -> None:
    every = {(state, event) for state in TurnState for event in TurnEvent}
    assert set(TRANSITIONS) == every
    assert set(DOCUMENTED) | set(BROKEN) == every


@pytest.mark.parametrize(("state", "event"), DOCUMENTED)
def test_documented_step(state: TurnState, event: TurnEvent) -> None:
    tracker = fed(*LEADS_TO[state])
    tracker.feed(info(event, "" if (state, event) == (READY, UPDATE) else "hello"))
    assert tracker.state is DOCUMENTED[state, event]
    assert rules(tracker) == []


@pytest.mark.parametrize(("state", "event"), BROKEN)
def test_undocumented_step_is_recorded_and_followed(state: TurnState, event: TurnEvent) -> None:
    tracker = fed(*LEADS_TO[state], event)
    after, rule = BROKEN[state, event]
    assert tracker.state is after
    assert rules(tracker) == [rule]


# Rule: (messages that keep it, messages that break it and nothing else). `eager` is as the options were.
Case = tuple[list[ServerMessage | str], list[ServerMessage | str], bool | None]
RULES: dict[str, Case] = {
    "eager_without_text": ([START, info(EAGER, "so")], [START, info(EAGER, "")], None),
    "resumed_without_eager": ([START, EAGER, RESUMED], [START, RESUMED], None),
    "end_differs_from_eager": (
        [START, info(EAGER, "so"), RESUMED, info(EAGER, "so it is"), info(END, "so it is")],
        [START, info(EAGER, "so"), info(END, "so it is")],
        None,
    ),
    "turn_index_wrong": (
        [info(START, turn_index=0), info(END, turn_index=0), info(START, turn_index=1)],
        [info(START, turn_index=0), info(END, turn_index=0), info(START, turn_index=0)],
        None,
    ),
    "eager_not_configured": ([START, EAGER], [START, EAGER], False),
    "second_eager_without_resume": ([START, EAGER, RESUMED, EAGER], [START, EAGER, EAGER], None),
    "second_start_in_turn": ([START, END, START], [START, START], None),
    "turn_without_start": ([START, END], [END], None),
    "end_without_text": ([START, info(END, "so")], [START, info(END, "")], None),
    "start_without_text": ([START], [info(START, "")], None),
    "trigger_misplaced": ([START, info(END)], [START, info(END, trigger=None)], None),
    "sequence_gap": (
        [Connected(sequence_id=0), Unknown("New", {}, sequence_id=1), info(START, sequence_id=2)],
        [Connected(sequence_id=0), info(START, sequence_id=2)],
        None,
    ),
    "request_id_changed": (
        [Connected(request_id="r"), info(START, request_id="r"), info(END)],
        [Connected(request_id="r"), info(START, request_id="s")],
        None,
    ),
    "audio_window_went_back": (
        [info(START, audio_window_end=0.24), info(UPDATE, audio_window_end=0.24)],
        [info(START, audio_window_end=0.24), info(UPDATE, audio_window_end=0.16)],
        None,
    ),
    "message_after_error": ([START, Error(code="X")], [Error(code="X"), START], None),
}


@pytest.mark.parametrize("rule", RULES)
def test_rule_kept_and_broken(rule: str) -> None:
    valid_messages, invalid_messages, eager = RULES[rule]
    assert rules(fed(*valid_messages)) == []
    tracker = fed(*invalid_messages, eager=eager)
    assert rules(tracker) == [rule]
    assert tracker.violations[0].hard is (rule in HARD_RULES)
    assert tracker.violations[0].detail


def test_hard_rules_are_all_covered() -> None:
    assert set(RULES) >= HARD_RULES


def test_sequence_starts_at_zero() -> None:
    assert rules(fed(Connected(sequence_id=1))) == ["sequence_gap"]
    gap = fed(Connected(sequence_id=0), info(START, sequence_id=4), info(UPDATE, sequence_id=5))
    assert gap.violations == [Violation(rule="sequence_gap", detail="sequence_id 4 after 0", sequence_id=4)]


@pytest.mark.parametrize("trigger", ["manual", "timeout"])
def test_only_the_model_must_end_with_the_eager_text(trigger: str) -> None:
    assert rules(fed(START, info(EAGER, "so"), info(END, "so it is", trigger=trigger))) == []


def test_a_resumed_turn_ends_with_any_text() -> None:
    """After a TurnResumed the eager text is void, also where an extra EagerEndOfTurn came before it."""
    tracker = fed(START, info(EAGER, "so"), info(EAGER, "so it"), RESUMED, info(END, "so it is"))
    assert rules(tracker) == ["second_eager_without_resume"]


def test_a_new_start_voids_the_eager_text() -> None:
    assert rules(fed(START, info(EAGER, "so"), START, info(END, "so it is"))) == ["second_start_in_turn"]


def test_eager_follows_the_acknowledged_configuration() -> None:
    on = ConfigureSuccess(thresholds=ThresholdsInForce(eager_eot_threshold=0.4))
    off = ConfigureSuccess(thresholds=ThresholdsInForce(eot_threshold=0.7))
    unsaid = ConfigureSuccess(keyterms=[])
    assert rules(fed(on, START, EAGER, eager=False)) == []
    assert rules(fed(off, START, EAGER, RESUMED, eager=True)) == ["eager_not_configured"] * 2
    assert rules(fed(unsaid, START, EAGER, eager=True)) == []
    assert rules(fed(unsaid, START, EAGER, eager=None)) == []


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
        info(END, "so it was", turn_index=0),
        info(UPDATE, "so it", turn_index=0, audio_window_end=2.5),
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
    assert tracker.feed(info(END, "so it was", turn_index=0, audio_window_end=9.0)).is_late
    assert tracker.turn is not None


def test_a_late_message_of_the_turn_before_the_last() -> None:
    tracker = fed(*ENDED, info(START, "x", turn_index=1), info(END, "fine", turn_index=1, audio_window_end=3.0))
    assert tracker.feed(info(UPDATE, "other", turn_index=0, audio_window_end=4.0)).is_late


@pytest.mark.parametrize("message", [info(START, "so"), info(UPDATE, "fine", audio_window_end=3.0)])
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


def test_the_eager_text_of_an_earlier_turn_counts_no_more() -> None:
    tracker = fed(START, info(EAGER, "so"), info(END, "so"), START, info(EAGER, "fine"), info(END, "so"))
    assert rules(tracker) == ["end_differs_from_eager"]


def test_closing_an_empty_or_no_turn_gives_none() -> None:
    assert fed(info(START, "")).close() is None
    assert fed(START, END).close() is None
    assert fed().close() is None


def test_an_unknown_event_moves_nothing() -> None:
    tracker = fed(START)
    assert tracker.feed(info("TurnPaused", "other")).turn is tracker.turn
    assert (tracker.state, rules(tracker)) == (SPEAKING, [])


def test_each_message_returns_its_own_violations_however_many_came_before() -> None:
    tracker = TurnTracker()
    for _ in range(150):
        assert [violation.rule for violation in tracker.feed(info(RESUMED)).violations] == ["resumed_without_eager"]
    step = tracker.feed(info(EAGER, ""))
    assert [violation.rule for violation in step.violations] == ["eager_without_text"]
    assert tracker.feed(info(UPDATE)).violations == ()


_times = st.none() | st.floats(-5, 50)
_infos = st.builds(
    TurnInfo,
    event=st.sampled_from([*TurnEvent, "TurnPaused", ""]),
    request_id=st.sampled_from([None, "r", "s"]),
    sequence_id=st.none() | st.integers(-1, 4),
    turn_index=st.none() | st.integers(-1, 3),
    audio_window_start=_times,
    audio_window_end=_times,
    transcript=st.sampled_from(["", "so", "so it is"]),
    words=st.just([]),
    end_of_turn_confidence=st.none() | st.floats(0, 1),
    trigger=st.sampled_from([None, "model", "timeout", "manual", "moon"]),
)
_messages = _infos | st.sampled_from(
    [
        Connected(request_id="r", sequence_id=0),
        ConfigureSuccess(thresholds=ThresholdsInForce(eager_eot_threshold=0.4)),
        ConfigureSuccess(thresholds=ThresholdsInForce()),
        Error(code="X"),
        Unknown("New", {}),
    ]
)


@given(st.lists(_messages, max_size=25), st.sampled_from([None, True, False]))
def test_any_order_leaves_the_machine_legal(messages: list[ServerMessage], eager: bool | None) -> None:
    tracker = TurnTracker(eager_configured=eager)
    for message in messages:
        before = len(tracker.finished)
        step = tracker.feed(message)
        assert tracker.state in TurnState
        assert (tracker.turn is None) is (tracker.state is READY)
        ended = isinstance(message, TurnInfo) and message.event == END and not step.is_late
        assert len(tracker.finished) - before == int(ended) + (step.closed is not None)
    tracker.close()
    assert (tracker.state, tracker.turn) == (READY, None)
    assert all(turn.ended_by for turn in tracker.finished)
