"""Changes during a run: what is sent, and the state shown beside each control."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.engine.records.events import Notice
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ParameterState
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.live_parameters import SETTLE_S, FieldState, LiveParameters

START = FluxOptions(eot_threshold=0.7, eager_eot_threshold=0.5, eot_timeout_ms=5000)
EVERY_CONNECTION = [1, 2, 3]
REFUSED = Notice(t=1, problem=Problem(code="configure_not_supported", what="Not accepted."))


def streaming(*parameters: ParameterState | None) -> list[Conversation]:
    conversations = []
    for conn, state in enumerate(parameters, start=1):
        conversation = Conversation(conn, options=START)
        conversation.connection_state = ConnectionState.STREAMING
        conversation.row = ConnectionRow(conn=conn, parameters=state)
        conversations.append(conversation)
    return conversations


def holding(**changes: object) -> ParameterState:
    """A connection on which these values are wanted and in force."""
    options = msgspec.structs.replace(START, **changes)
    return ParameterState(revision=1, wanted=options, in_force=options)


def edited(**changes: object) -> LiveParameters:
    live = LiveParameters()
    live.begin(START)
    live.edit(msgspec.structs.replace(START, **changes))
    return live


def test_the_wanted_values_are_sent_whole_numbered_and_once() -> None:
    live = edited(eot_threshold=0.8)
    (command,) = live.take(EVERY_CONNECTION, 0.0)
    wanted = msgspec.structs.replace(START, eot_threshold=0.8)
    assert command == SetParameters(revision=1, options=wanted, connections=EVERY_CONNECTION)
    assert live.take(EVERY_CONNECTION, 0.0) == []
    live.edit(wanted)
    assert [each.revision for each in live.take(EVERY_CONNECTION, 0.0)] == [2], "the same value again is sent again"


def test_an_edit_without_recipients_waits_for_them() -> None:
    live = edited(eot_threshold=0.8)
    assert live.take([], 0.0) == []
    assert len(live.take([2], 0.0)) == 1


def test_values_that_flux_would_refuse_are_not_sent() -> None:
    assert edited(eot_threshold=0.4).take(EVERY_CONNECTION, 0.0) == []


def test_pending_becomes_in_force_when_every_connection_has_taken_it() -> None:
    live = edited(eot_threshold=0.8)
    live.take(EVERY_CONNECTION, 0.0)
    one, two = streaming(holding(eot_threshold=0.8)), streaming(None, holding(eot_threshold=0.8), None)
    assert live.states(two)["eot_threshold"] == FieldState("◐ pending: 2 of 3", "warn")
    assert live.states(one)["eot_threshold"] == FieldState("● in force: 1 of 1", "ok")
    assert live.states(two)["eot_timeout_ms"] == FieldState("● in force: 3 of 3", "ok")


def test_a_default_that_was_not_given_equals_its_value() -> None:
    live = LiveParameters()
    live.begin(FluxOptions())
    assert live.states(streaming(ParameterState()))["eot_threshold"].words == "● in force: 1 of 1"


def test_a_refusal_is_shown_with_its_reason_until_the_next_edit() -> None:
    live = edited(eot_threshold=0.8)
    live.take(EVERY_CONNECTION, 0.0)
    wanted = msgspec.structs.replace(START, eot_threshold=0.8)
    refused = streaming(ParameterState(revision=1, wanted=wanted, in_force=START, refused="out of range"))
    assert live.states(refused)["eot_threshold"] == FieldState("✕ refused: out of range", "danger")
    live.edit(msgspec.structs.replace(START, eot_threshold=0.75))
    assert live.states(refused)["eot_threshold"].role == "warn"


def test_what_needs_a_new_stream_says_so_and_can_be_applied_by_reconnecting() -> None:
    live = edited(eager_eot_threshold=None)
    live.take([1], 0.0)
    wanted = msgspec.structs.replace(START, eager_eot_threshold=None)
    waiting = ParameterState(
        revision=1, wanted=wanted, in_force=START, needs_new_stream=("profanity_filter", "eager_eot_threshold")
    )
    conversations = streaming(waiting)
    assert live.states(conversations)["eager_eot_threshold"] == FieldState("requires reconnecting", "warn")
    assert live.reconnect_for(conversations) == ["eager_eot_threshold", "profanity_filter"]
    assert live.reconnect([1, 2]) == [SetParameters(revision=2, options=wanted, connections=[1, 2], new_stream=True)]


def test_a_build_without_configure_gets_new_streams_once_the_slider_rests() -> None:
    live = LiveParameters()
    live.begin(START)
    live.bundle_known("flux-english-20260311")
    assert "does not accept changes" in live.explanation
    for step, threshold in enumerate((0.8, 0.82, 0.84)):
        live.edit(msgspec.structs.replace(START, eot_threshold=threshold))
        assert live.take(EVERY_CONNECTION, float(step)) == []
    assert live.states(streaming(None))["eot_threshold"].words == "◐ new streams: 1 of 1"
    (command,) = live.take(EVERY_CONNECTION, 3.0 + SETTLE_S)
    assert (command.options.eot_threshold, command.new_stream) == (0.84, True)
    assert live.take(EVERY_CONNECTION, 9.0) == []


def test_a_build_that_refused_configure_gets_new_streams_from_then_on() -> None:
    live = edited(eot_threshold=0.8)
    (first,) = live.take(EVERY_CONNECTION, 0.0)
    assert not first.new_stream
    live.feed(REFUSED)
    live.edit(msgspec.structs.replace(START, eot_threshold=0.9))
    assert live.take(EVERY_CONNECTION, 6.0) == []
    (second,) = live.take(EVERY_CONNECTION, 7.0 + SETTLE_S)
    assert second.new_stream
    assert live.refusal_remembered
    live.forget_refusal()
    live.edit(START)
    assert [each.new_stream for each in live.take(EVERY_CONNECTION, 9.0)] == [False]


def test_an_endpoint_known_to_refuse_gets_new_streams_from_the_first_change() -> None:
    live = LiveParameters()
    live.begin(START, refused_before=True)
    live.edit(msgspec.structs.replace(START, eager_eot_threshold=None))
    assert live.take([2], 0.0) == []
    assert [each.new_stream for each in live.take([2], SETTLE_S)] == [True]


def test_keyterms_are_in_force_by_the_row() -> None:
    live = edited(keyterms=("Dashwood",))
    live.take(EVERY_CONNECTION, 0.0)
    both = streaming(holding(keyterms=("Dashwood",)), None)
    assert live.states(both)["keyterms"].words == "◐ pending: 1 of 2"
    assert edited().states(both)["keyterms"] != FieldState(), "one has terms that are no longer wanted"


def test_filters_are_only_known_to_be_sent() -> None:
    live = edited(numerals=True)
    live.take([1], 0.0)
    assert live.states(streaming(holding(numerals=True)))["numerals"] == FieldState("● sent to 1 of 1", "ok")
    assert live.states(streaming(holding(numerals=True)))["profanity_filter"] == FieldState()


def test_without_a_run_nothing_is_shown_or_sent() -> None:
    live = LiveParameters()
    live.edit(START)
    assert live.take([1], 0.0) == []
    assert set(live.states(streaming(None)).values()) == {FieldState()}
