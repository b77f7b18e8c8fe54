"""Changes in mid-run: what is sent, and what stands beside each control."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import ConfigureStreams, ReconnectStreams
from flux_desktop.engine.records.events import Notice, Received
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState
from flux_desktop.flux.messages import UNSET, Configure
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.live_parameters import SETTLE_S, LiveParameters
from tests.ui import scripted

START = FluxOptions(eot_threshold=0.7, eager_eot_threshold=0.5, eot_timeout_ms=5000)


def talks(*thresholds: float) -> list[Conversation]:
    made = []
    for conn, threshold in enumerate(thresholds, start=1):
        talk = Conversation(conn)
        talk.stream_state = ConnectionState.STREAMING
        talk.row = ConnectionRow(conn=conn, eot_threshold=threshold, eager_eot_threshold=0.5, eot_timeout_ms=5000)
        made.append(talk)
    return made


EVERYBODY = [1, 2, 3]


def configure(live: LiveParameters) -> Configure | None:
    """The one `Configure` that goes to everybody now."""
    commands = live.take(EVERYBODY, 0.0)
    if not commands:
        return None
    (command,) = commands
    assert isinstance(command, ConfigureStreams)
    assert command.connections == EVERYBODY
    return command.message


def edited(**changes: object) -> tuple[LiveParameters, Configure | None]:
    live = LiveParameters()
    live.begin(START)
    live.edit(msgspec.structs.replace(START, **changes), EVERYBODY)
    return live, configure(live)


def test_only_what_changed_is_sent_and_only_once() -> None:
    live, change = edited(eot_threshold=0.8)
    assert change is not None
    assert change.thresholds is not UNSET
    assert change.thresholds.eot_threshold == 0.8
    assert change.thresholds.eager_eot_threshold is UNSET
    assert change.keyterms is UNSET
    assert configure(live) is None


def test_pending_becomes_in_force_when_every_stream_has_taken_it() -> None:
    live, _ = edited(eot_threshold=0.8)
    assert live.states(talks(0.7, 0.8, 0.7))["eot_threshold"].words == "◐ pending: 2 of 3"
    state = live.states(talks(0.8, 0.8, 0.8))["eot_threshold"]
    assert (state.words, state.role) == ("● in force: 3 of 3", "ok")
    assert live.states(talks(0.8, 0.8, 0.8))["eot_timeout_ms"].role == "ok"


def test_a_refusal_is_told_with_its_reason_until_the_next_edit() -> None:
    live, _ = edited(eot_threshold=0.8)
    failure = '{"type":"ConfigureFailure","code":"INVALID_THRESHOLD","description":"out of range"}'
    live.feed(Received(t=1, conn=1, text=failure))
    state = live.states(talks(0.7))["eot_threshold"]
    assert (state.words, state.role) == ("✕ refused: out of range", "danger")
    live.edit(msgspec.structs.replace(START, eot_threshold=0.75), EVERYBODY)
    assert configure(live) is not None
    assert live.states(talks(0.7))["eot_threshold"].role == "warn"


def test_switching_eager_off_is_not_sent_and_says_so() -> None:
    live, change = edited(eager_eot_threshold=None)
    assert change is None
    assert "new stream" in live.states(talks(0.7))["eager_eot_threshold"].words
    live.edit(START)
    assert live.states(talks(0.7))["eager_eot_threshold"].role == "ok"


def test_other_changes_still_go_out_while_eager_waits_for_a_new_stream() -> None:
    live, change = edited(eager_eot_threshold=None, eot_threshold=0.9)
    assert change is not None
    assert "new stream" in live.states(talks(0.9))["eager_eot_threshold"].words
    assert configure(live) is None


def reconnections(live: LiveParameters, conns: list[int], now_s: float) -> list[ReconnectStreams]:
    return [command for command in live.take(conns, now_s) if isinstance(command, ReconnectStreams)]


def test_a_build_without_configure_gets_new_streams_once_the_slider_rests() -> None:
    live = LiveParameters()
    live.begin(START)
    live.bundle_known("flux-english-20260311")
    assert "no changes in mid-stream" in live.explanation
    for step, threshold in enumerate((0.8, 0.82, 0.84)):
        live.edit(msgspec.structs.replace(START, eot_threshold=threshold), EVERYBODY)
        assert live.take(EVERYBODY, float(step)) == []
    assert "new streams: 1 of 1" in live.states(talks(0.7))["eot_threshold"].words
    (command,) = reconnections(live, EVERYBODY, 3.0 + SETTLE_S)
    assert command.options.eot_threshold == 0.84
    assert command.connections == EVERYBODY
    assert live.take(EVERYBODY, 9.0) == []


def test_a_build_that_refused_is_sent_no_second_configure() -> None:
    live, first = edited(eot_threshold=0.8)
    assert first is not None
    live.feed(Notice(t=1, problem=Problem(code="configure_not_supported", what="It takes none.")))
    assert live.take(EVERYBODY, 5.0) == []  # the engine brings the refused change back by itself
    live.edit(msgspec.structs.replace(START, eot_threshold=0.9), EVERYBODY)
    assert live.take(EVERYBODY, 6.0) == []
    assert len(reconnections(live, EVERYBODY, 7.0 + SETTLE_S)) == 1


def test_an_endpoint_known_to_refuse_gets_new_streams_from_the_first_change() -> None:
    live = LiveParameters()
    live.begin(START, refused_before=True)
    live.edit(msgspec.structs.replace(START, eager_eot_threshold=None), [2])
    assert live.take([2], 0.0) == []
    (command,) = reconnections(live, [2], SETTLE_S)
    assert (command.connections, command.options.eager_eot_threshold) == ([2], None)


def test_a_change_for_some_is_caught_up_by_the_rest_with_the_next_change_for_all() -> None:
    live = LiveParameters()
    live.begin(START)
    live.edit(msgspec.structs.replace(START, eot_threshold=0.8), [2])
    (one,) = live.take([2], 0.0)
    assert one.connections == [2]
    assert live.take(EVERYBODY, 0.0) == []  # choosing others is not a change
    live.edit(msgspec.structs.replace(START, eot_threshold=0.8, eot_timeout_ms=900), EVERYBODY)
    sent = {tuple(c.connections or []): c.message for c in live.take(EVERYBODY, 0.0) if isinstance(c, ConfigureStreams)}
    assert set(sent) == {(1, 3), (2,)}
    thresholds = sent[1, 3].thresholds, sent[2,].thresholds
    assert thresholds[0] is not UNSET
    assert thresholds[1] is not UNSET
    assert thresholds[0].eot_threshold == 0.8
    assert thresholds[1].eot_threshold is UNSET


def test_reconnecting_takes_over_what_no_configure_can_change() -> None:
    live, _ = edited(eager_eot_threshold=None)
    assert live.reconnect_offered
    (command,) = live.reconnect([1, 2])
    assert isinstance(command, ReconnectStreams)
    assert (command.connections, command.options.eager_eot_threshold) == ([1, 2], None)
    assert not live.reconnect_offered


def test_keyterms_are_in_force_by_their_echo() -> None:
    live, change = edited(keyterms=("Dashwood",))
    assert change is not None
    assert change.keyterms == ["Dashwood"]
    live.feed(Received(t=1, conn=1, text='{"type":"ConfigureSuccess","keyterms":["Dashwood"]}'))
    live.feed(Received(t=1, conn=2, text='{"type":"ConfigureSuccess","keyterms":[]}'))
    assert live.states(talks(0.7, 0.7))["keyterms"].words == "◐ pending: 1 of 2"


def test_values_that_flux_would_refuse_are_not_sent() -> None:
    _, change = edited(eot_threshold=0.4)
    assert change is None


def test_without_a_run_nothing_is_said() -> None:
    live = LiveParameters()
    live.edit(START)
    assert configure(live) is None
    assert {state.words for state in live.states(talks(0.7)).values()} == {""}
    assert scripted.plan().options.eot_threshold == 0.7
