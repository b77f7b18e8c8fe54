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
)
from flux_desktop.flux.turns import HARD_RULES, TRANSITIONS, TurnState, TurnTracker, Violation
from tests.flux.turn_messages import AWAITING, EAGER, END, READY, RESUMED, SPEAKING, START, UPDATE, fed, info, rules

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


def test_the_eager_text_of_an_earlier_turn_counts_no_more() -> None:
    tracker = fed(START, info(EAGER, "so"), info(END, "so"), START, info(EAGER, "fine"), info(END, "so"))
    assert rules(tracker) == ["end_differs_from_eager"]


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
