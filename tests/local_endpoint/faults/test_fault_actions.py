"""The two tables of faults: refusals of a request, and actions after some audio."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.aws.wire.event_stream import EventStreamError, Frame, FrameDecoder
from flux_desktop.flux.messages import MessageError, TurnInfo, parse_server_message
from flux_desktop.local_endpoint.faults.fault_actions import ACTIONS, EXPIRED, PendingAction, refusal
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_faults import FAULTS

ENDING = {"cut-mid-stream", "cut-once", "ends-after", "model-stream-error", "internal-failure", "unmodelled-error"}
ENDING |= {"bad-crc", "truncated-frame", "wrong-length", "fatal-error"}
SEQUENCE_ID = 41


def frames_of(name: str) -> list[Frame]:
    return list(FrameDecoder().feed(ACTIONS[name].frames(SEQUENCE_ID)))


def message_of(name: str) -> dict[str, object]:
    (frame,) = frames_of(name)
    assert frame.headers[":event-type"] == "PayloadPart"
    return dict(msgspec.json.decode(frame.payload))


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("bad-request", 400, "ValidationError"),
        ("signature-refused", 403, "InvalidSignatureException"),
        ("clock-skew", 403, "InvalidSignatureException"),
        ("access-denied", 403, "AccessDeniedException"),
        ("not-found", 404, "ValidationError"),
        ("model-refused", 424, "ModelError"),
        ("throttled", 429, "ThrottlingException"),
        ("internal-error", 500, "InternalServerError"),
        ("unavailable", 503, "ServiceUnavailableError"),
    ],
)
def test_a_refusal_has_the_status_and_the_name_of_the_service(name: str, status: int, error: str) -> None:
    faults = Faults({name: 50})
    answers = [refusal(faults, 0.0) for _ in range(4)]
    assert [answer is not None for answer in answers] == [False, True, False, True]
    answer = answers[1]
    assert answer is not None
    assert (answer.status, answer.error) == (status, error)
    assert msgspec.json.decode(answer.body)["message"]


def test_without_faults_nothing_is_refused() -> None:
    assert refusal(Faults(), 1e9) is None


def test_expired_credentials_are_refused_from_the_start_or_after_some_time() -> None:
    assert refusal(Faults({"expires-after": 10}), 9.99) is None
    for answer in (refusal(Faults({"expires-after": 10}), 10.0), refusal(Faults({"expired-token": 1}), 0.0)):
        assert answer is not None
        assert (answer.status, answer.error) == (403, "ExpiredTokenException")
        assert EXPIRED.encode() in answer.body


# ---------------------------------------------------------------- actions


def test_every_action_is_a_fault_with_a_default_in_seconds_of_audio() -> None:
    assert {FAULTS[name].unit for name in ACTIONS} == {"s"}
    assert all(FAULTS[name].default for name in ACTIONS)
    assert {name for name, action in ACTIONS.items() if action.ends} == ENDING


def test_an_action_is_due_once_after_that_much_audio() -> None:
    pending = PendingAction(Faults({"not-json": 1.5}))
    assert pending.take_if_due(1.49) is None
    assert pending.take_if_due(1.5) is ACTIONS["not-json"]
    assert pending.take_if_due(9.0) is None
    assert PendingAction(Faults()).take_if_due(9.0) is None


def test_an_action_after_no_audio_is_due_at_once() -> None:
    assert PendingAction(Faults({"ends-after": 0.0})).take_if_due(0.0) is ACTIONS["ends-after"]


def test_cut_once_affects_the_first_stream_only() -> None:
    faults = Faults({"cut-once": 1})
    actions = [PendingAction(faults).take_if_due(1.0) for _ in range(3)]
    assert actions == [ACTIONS["cut-once"], None, None]
    assert {name for name, action in ACTIONS.items() if action.resets} == {"cut-mid-stream", "cut-once"}


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("model-stream-error", ":exception-type", "ModelStreamError"),
        ("internal-failure", ":exception-type", "InternalStreamFailure"),
        ("unmodelled-error", ":error-code", "SomethingNewException"),
        ("fatal-error", ":exception-type", "ModelStreamError"),
    ],
)
def test_errors_that_end_a_stream(name: str, kind: str, error: str) -> None:
    assert frames_of(name)[-1].headers[kind] == error


def test_a_fatal_error_comes_from_flux_before_the_stream_ends() -> None:
    first, _ = frames_of("fatal-error")
    message = msgspec.json.decode(first.payload)
    assert (message["type"], message["code"], message["sequence_id"]) == ("Error", "INTERNAL_SERVER_ERROR", SEQUENCE_ID)


@pytest.mark.parametrize("name", ["bad-crc", "wrong-length"])
def test_frames_that_a_decoder_refuses(name: str) -> None:
    with pytest.raises(EventStreamError):
        frames_of(name)


def test_a_truncated_frame_is_never_complete() -> None:
    assert ACTIONS["truncated-frame"].frames(SEQUENCE_ID)
    assert frames_of("truncated-frame") == []


def test_oddities_that_a_stream_survives() -> None:
    (unknown,) = frames_of("unknown-event")
    assert unknown.headers[":event-type"] == "FutureEvent"
    with pytest.raises(msgspec.DecodeError):
        message_of("not-json")
    unreadable, readable = (frame.payload for frame in frames_of("wrong-types"))
    with pytest.raises(MessageError, match="its event is not a text"):
        parse_server_message(unreadable)
    wrong: list[str] = []
    update = parse_server_message(readable, wrong)
    assert update == TurnInfo(event="Update", sequence_id=SEQUENCE_ID, end_of_turn_confidence=0.5)
    assert sorted(wrong) == ["end_of_turn_confidence", "sequence_id", "transcript", "words"]
    assert ACTIONS["wrong-types"].sequence_ids == 1
    resumed = message_of("illegal-order")
    assert (resumed["event"], resumed["sequence_id"]) == ("TurnResumed", SEQUENCE_ID)
    assert ACTIONS["illegal-order"].sequence_ids == 1
    assert (ACTIONS["sequence-gap"].frames(SEQUENCE_ID), ACTIONS["sequence-gap"].sequence_ids) == (b"", 5)
