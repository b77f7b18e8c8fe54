"""Changes in mid-run: what is sent, and what stands beside each control."""

from __future__ import annotations

import msgspec
import scripted

from flux_desktop.engine.events import Received, StreamRow, StreamState
from flux_desktop.flux.messages import UNSET, Configure
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.live_parameters import LiveParameters

START = FluxOptions(eot_threshold=0.7, eager_eot_threshold=0.5, eot_timeout_ms=5000)


def talks(*thresholds: float) -> list[Conversation]:
    made = []
    for conn, threshold in enumerate(thresholds, start=1):
        talk = Conversation(conn)
        talk.stream_state = StreamState.STREAMING
        talk.row = StreamRow(conn=conn, eot_threshold=threshold, eager_eot_threshold=0.5, eot_timeout_ms=5000)
        made.append(talk)
    return made


def edited(**changes: object) -> tuple[LiveParameters, Configure | None]:
    live = LiveParameters()
    live.begin(START)
    live.edit(msgspec.structs.replace(START, **changes))
    return live, live.take_change()


def test_only_what_changed_is_sent_and_only_once() -> None:
    live, change = edited(eot_threshold=0.8)
    assert change is not None
    assert change.thresholds is not UNSET
    assert change.thresholds.eot_threshold == 0.8
    assert change.thresholds.eager_eot_threshold is UNSET
    assert change.keyterms is UNSET
    assert live.take_change() is None


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
    live.edit(msgspec.structs.replace(START, eot_threshold=0.75))
    assert live.take_change() is not None
    assert live.states(talks(0.7))["eot_threshold"].role == "warn"


def test_switching_eager_off_is_not_sent_and_says_so() -> None:
    live, change = edited(eager_eot_threshold=None)
    assert change is None
    assert "new start" in live.states(talks(0.7))["eager_eot_threshold"].words
    live.edit(START)
    assert live.states(talks(0.7))["eager_eot_threshold"].role == "ok"


def test_other_changes_still_go_out_while_eager_waits_for_a_new_start() -> None:
    live, change = edited(eager_eot_threshold=None, eot_threshold=0.9)
    assert change is not None
    assert "new start" in live.states(talks(0.9))["eager_eot_threshold"].words
    assert live.take_change() is None


def test_a_build_without_configure_is_never_sent_one() -> None:
    live = LiveParameters()
    live.begin(START)
    live.bundle_known("flux-english-20260311")
    live.edit(msgspec.structs.replace(START, eot_threshold=0.8))
    assert live.take_change() is None
    assert "next run" in live.states(talks(0.7))["eot_threshold"].words


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
    assert live.take_change() is None
    assert {state.words for state in live.states(talks(0.7)).values()} == {""}
    assert scripted.plan().options.eot_threshold == 0.7
