"""Complete conversations over HTTP/2 with an independent client: the sample, controls, builds and refusals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flux_desktop.aws.wire.event_stream import payload_part
from flux_desktop.flux.messages import parse_server_message
from flux_desktop.flux.turns import TurnTracker
from tests.local_endpoint.wire_client import QUERY, Keys, Message, WireClient

Info = dict[str, Any]
MULTI = QUERY.replace("-en", "-multi")


def violations(messages: list[Message], *, eager: bool) -> list[Any]:
    tracker = TurnTracker(eager_configured=eager)
    broken_rules: list[Any] = []
    for message in messages:
        broken_rules += tracker.feed(parse_server_message(msgspec.json.encode(message))).violations
    return broken_rules


def test_the_sample_is_transcribed_verbatim_in_five_turns(endpoint: Info, sample_pcm: bytes, sample_wav: Path) -> None:
    with WireClient(endpoint) as client:
        connected = client.wait_for("Connected")
        assert connected["sequence_id"] == 0
        client.audio(sample_pcm + bytes(32_000))
        client.close_stream()
        messages = client.messages
    ends = [m for m in messages if m.get("event") == "EndOfTurn"]
    (entry,) = json.loads(sample_wav.with_name("conversation.words.json").read_text())
    assert [m["transcript"] for m in ends] == [turn["text"] for turn in entry["turns"]]
    assert [m["turn_index"] for m in ends] == [0, 1, 2, 3, 4]
    assert {m["trigger"] for m in ends} == {"model"}
    assert violations(messages, eager=False) == []
    assert {m["request_id"] for m in messages} == {connected["request_id"]}
    spoken = [word for m in ends for word in m["words"]]
    assert [w["start"] for w in spoken] == pytest.approx([w["start_s"] for w in entry["words"]], abs=0.011)
    # A turn ends soon after its last word, and is reported at once.
    late = [m["audio_window_end"] - turn["end_s"] for m, turn in zip(ends, entry["turns"], strict=True)]
    assert all(0.2 < s < 1.0 for s in late), late


def test_eager_ends_precede_ends_and_some_are_resumed_in_the_sample(endpoint: Info, sample_pcm: bytes) -> None:
    with WireClient(endpoint, query=f"{QUERY}&eager_eot_threshold=0.4") as client:
        client.audio(sample_pcm)
        client.close_stream()
        events = [m["event"] for m in client.messages if m.get("event", "Update") != "Update"]
        assert violations(client.messages, eager=True) == []
    assert events.count("EndOfTurn") == events.count("StartOfTurn") == 5
    assert events.count("TurnResumed") >= 1
    assert events.count("EagerEndOfTurn") == 5 + events.count("TurnResumed")


def test_updates_follow_frames_and_have_every_field_of_a_live_endpoint(endpoint: Info) -> None:
    with WireClient(endpoint, query=f"{MULTI}&language_hint=en") as client:
        client.audio(bytes(32_000))
        client.close_stream()
        updates = client.turns("Update")
    assert [m["audio_window_end"] for m in updates] == [0.24, 0.48, 0.72, 0.96, 1.0]
    captured = "type request_id event turn_index audio_window_start audio_window_end transcript words languages"
    assert set(updates[0]) == {*captured.split(), "languages_hinted", "end_of_turn_confidence", "sequence_id"}
    assert (updates[0]["languages"], updates[0]["languages_hinted"]) == ([], ["en"])


def test_the_sample_is_recognised_after_silence_between_controls_in_odd_pieces_and_repeated(
    endpoint: Info, sample_pcm: bytes, status: Callable[[Info], dict[str, Any]]
) -> None:
    decoded_before = status(endpoint)["decoded_blocks"]
    with WireClient(endpoint) as client:
        client.audio(bytes(3 * 32_000 + 2))
        client.audio(sample_pcm[:100_000], chunk_bytes=998)
        client.text({"type": "Configure", "keyterms": ["Dashwood"]})
        client.audio(sample_pcm[100_000:] + sample_pcm)
        client.close_stream()
        ends = client.turns()
    texts = [m["transcript"] for m in ends]
    assert texts[0].startswith("And Mr. John Dashwood had then leisure")
    # The last turn of the first round runs into the next one where the pause between them is too short.
    assert " ".join(texts).count("Mr. John Dashwood") == 2
    assert ends[0]["words"][0]["start"] == pytest.approx(3.4, abs=0.02)
    assert status(endpoint)["decoded_blocks"] == decoded_before


def test_configure_is_answered_with_the_whole_configuration_and_applies_as_a_whole(endpoint: Info) -> None:
    with WireClient(endpoint, query=f"{MULTI}&keyterm=old&language_hint=en") as client:
        client.text({"type": "Configure", "thresholds": {"eot_threshold": 0.8}, "keyterms": ["apple", "two words"]})
        echo = client.wait_for("ConfigureSuccess")
        assert echo["thresholds"] == {"eot_threshold": 0.8, "eot_timeout_ms": 5000}
        assert (echo["keyterms"], echo["language_hints"], echo["numerals"]) == (["apple", "two words"], ["en"], False)
        # The eager threshold alone would be fine; with the one in force it is not, and the keyterms stay too.
        client.text({"type": "Configure", "thresholds": {"eager_eot_threshold": 0.85}, "keyterms": []})
        failure = client.wait_for("ConfigureFailure")
        assert failure["code"] == "INVALID_THRESHOLD"
        assert failure["description"] == "eager_eot_threshold must be less than or equal to eot_threshold"
        client.text({"type": "Configure", "language_hints": []})
        client.wait(lambda: len(client.messages) == 4)
        assert client.messages[-1]["keyterms"] == ["apple", "two words"]
        assert client.messages[-1]["language_hints"] == []
        assert [m["sequence_id"] for m in client.messages] == [0, 1, 2, 3]


def test_force_end_turn_ends_an_open_turn_and_warns_without_one(endpoint: Info, sample_pcm: bytes) -> None:
    with WireClient(endpoint, query=f"{QUERY}&eot_threshold=1.0&eot_timeout_ms=60000") as client:
        client.text({"type": "ForceEndTurn"})
        assert client.wait_for("Warning")["code"] == "FORCE_END_TURN_NO_ACTIVE_TURN"
        client.audio(sample_pcm[: 3 * 32_000])
        client.wait_for("StartOfTurn")
        client.text({"type": "ForceEndTurn"})
        end = client.wait_for("EndOfTurn")
        assert (end["trigger"], end["turn_index"], end["end_of_turn_confidence"] < 0.5) == ("manual", 0, True)
        client.audio(sample_pcm[3 * 32_000 : 6 * 32_000])
        client.wait(lambda: len(client.turns("StartOfTurn")) == 2)
        client.close_stream()
        # The end has the text last sent; a word that came after it belongs to the next turn, and none is lost.
        both = f"{end['transcript']} {client.turns('Update')[-1]['transcript']}"
        assert both.startswith("And Mr. John Dashwood had then leisure to consider how much there might be")
        assert violations(client.messages, eager=False) == []


def test_closing_sends_the_last_text_and_no_end_of_turn_then_end_of_stream(endpoint: Info, sample_pcm: bytes) -> None:
    with WireClient(endpoint) as client:
        client.audio(sample_pcm[: 3 * 32_000 + 500])
        client.close_stream()
        assert (client.reset, client.turns()) == (False, [])
        last = client.messages[-1]
    assert (last["event"], last["audio_window_end"]) == ("Update", 3.02)
    assert last["transcript"].startswith("And Mr. John Dashwood had then")


def test_the_end_of_input_ends_the_stream(endpoint: Info) -> None:
    with WireClient(endpoint) as client:
        client.audio(bytes(8000))
        client.finish()
        client.wait_end()
        assert not client.reset


@pytest.mark.parametrize("last_type", ["UTF8", None])
def test_a_fragmented_message_has_the_type_of_its_first_part(endpoint: Info, last_type: str | None) -> None:
    with WireClient(endpoint) as client:
        client.send(payload_part(b'{"type":"Force', "UTF8", "PARTIAL"))
        client.send(payload_part(b'EndTurn"}', last_type, "COMPLETE"))
        assert client.wait_for("Warning")["code"] == "FORCE_END_TURN_NO_ACTIVE_TURN"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json", "not JSON"),
        (
            '{"type":"KeepAlive"}',
            "unknown variant `KeepAlive`, expected one of `CloseStream`, `Configure`, `ForceEndTurn`",
        ),
        ('{"type":"Finalize"}', "unknown variant `Finalize`"),
        ('{"type":"Dance"}', "unknown variant `Dance`"),
        ('{"type":"Configure","numerals":"true"}', "Configure"),
    ],
)
def test_a_control_that_the_build_does_not_know_is_fatal(endpoint: Info, text: str, reason: str) -> None:
    with WireClient(endpoint) as client:
        client.text(text)
        client.wait_end()
        error = client.messages[-1]
        assert (error["type"], error["code"]) == ("Error", "UNPARSABLE_CLIENT_MESSAGE")
        assert reason in error["description"]
        assert client.last_failure == ("exception", "ModelStreamError")


# ---------------------------------------------------------------- signatures


def test_an_unknown_key_a_wrong_secret_an_old_date_and_a_changed_header_are_refused(endpoint: Info) -> None:
    keys = Keys(endpoint["access_key"], endpoint["secret_key"])
    cases: list[tuple[str, dict[str, Any]]] = [
        ("UnrecognizedClientException", {"keys": keys._replace(access_key="AKIASTRANGER")}),
        ("InvalidSignatureException", {"keys": keys._replace(secret_key="guessed")}),
        ("InvalidSignatureException", {"keys": keys._replace(region="eu-west-1")}),
        ("InvalidSignatureException", {"signed_at_s": time.time() - 600}),
        ("InvalidSignatureException", {"changed": {"x-amzn-sagemaker-model-query-string": f"{QUERY}&tag=x"}}),
        ("InvalidSignatureException", {"changed": {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}}),
    ]
    for code, arguments in cases:
        with WireClient(endpoint, **arguments) as client:
            client.wait_end()
            assert (client.status, client.headers["x-amzn-errortype"]) == (403, code), arguments


def test_an_event_that_is_replayed_late_is_refused(endpoint: Info) -> None:
    with WireClient(endpoint) as client:
        client.send_outer(client.signer.sign(payload_part(bytes(2560), "BINARY"), int((time.time() - 400) * 1000)))
        client.wait_end()
        assert client.last_failure == ("error", "InvalidSignatureException")


@pytest.mark.parametrize("place", [-1, 20, 70])
def test_a_tampered_chunk_ends_the_stream_and_is_not_used(endpoint: Info, place: int) -> None:
    with WireClient(endpoint) as client:
        client.audio(bytes(2560 * 3))
        client.wait_for("Update")
        inner = payload_part(b'{"type":"ForceEndTurn"}', "UTF8")
        signed = client.signer.sign(inner, int(time.time() * 1000))
        if place == -1:
            outer = client.signer.sign(inner, int(time.time() * 1000))  # the one before it was left out
            kind = "InvalidSignatureException"
        else:
            outer = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
            kind = "SerializationException"
        client.send_outer(outer)
        client.wait_end()
        assert client.last_failure == ("error", kind)
        assert [m["type"] for m in client.messages] == ["Connected", "TurnInfo"]


# ---------------------------------------------------------------- endpoints and builds


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ({"endpoint": "flux-multi-broken-demo"}, 400, "ValidationError"),
        ({"endpoint": "absent"}, 400, "ValidationError"),
        ({"model_path": "v1/listen"}, 424, "ModelError"),
        ({"query": f"{QUERY}&smart_format=true"}, 424, "ModelError"),
        ({"query": f"{QUERY}&keyterm="}, 424, "ModelError"),
        ({"query": QUERY.replace("linear16", "opus")}, 424, "ModelError"),
        ({"query": QUERY.replace("16000", "11025")}, 424, "ModelError"),
        ({"query": QUERY.replace("flux-general-en", "nova-3")}, 424, "ModelError"),
        ({"query": f"{QUERY}&eot_threshold=0.3"}, 424, "ModelError"),
        ({"query": f"{QUERY}&eager_eot_threshold=0.8"}, 424, "ModelError"),
        ({"query": f"{QUERY}&language_hint=en"}, 424, "ModelError"),
    ],
)
def test_what_the_endpoint_or_the_model_refuses(
    endpoint: Info, arguments: dict[str, str], status: int, error: str
) -> None:
    with WireClient(endpoint, **arguments) as client:  # type: ignore[arg-type]
        client.wait_end()
        assert (client.status, client.headers["x-amzn-errortype"]) == (status, error)
        if status == 424:
            assert json.loads(client.body)["message"] == "Failed to establish WebSocket connection"


def test_an_endpoint_that_is_updating_still_serves(endpoint: Info) -> None:
    with WireClient(endpoint, endpoint="flux-en-prod-demo") as client:
        assert client.wait_for("Connected")["sequence_id"] == 0


@pytest.mark.parametrize(
    ("encoding", "rate_hz", "second"), [("mulaw", 8000, 8000), ("alaw", 8000, 8000), ("linear16", 44_100, 88_200)]
)
def test_every_encoding_moves_the_audio_clock(endpoint: Info, encoding: str, rate_hz: int, second: int) -> None:
    with WireClient(endpoint, query=f"model=flux-general-en&encoding={encoding}&sample_rate={rate_hz}") as client:
        client.audio(
            b"\xd5" * second if encoding == "alaw" else b"\xff" * second if encoding == "mulaw" else bytes(second)
        )
        client.close_stream()
        assert client.messages[-1]["audio_window_end"] == 1.0


def test_older_builds_accept_less(start_endpoint: Callable[..., Any], sample_pcm: bytes) -> None:
    with start_endpoint("--bundle", "flux-english-20260311") as info:
        for query in (f"{QUERY}&numerals=true", f"{QUERY}&eot_threshold=0.95", MULTI):
            with WireClient(info, query=query) as client:
                client.wait_end()
                assert client.status == 424
        with WireClient(info) as client:
            client.text({"type": "Configure", "keyterms": []})
            client.wait_end()
            assert client.messages[-1]["description"].endswith("unknown variant `Configure`, expected `CloseStream`")
        with WireClient(info) as client:
            client.audio(sample_pcm[: 3 * 32_000])
            client.close_stream()
            end = client.messages[-1]
            assert (end["event"], "trigger" in end, set(end["words"][0])) == (
                "EndOfTurn",
                False,
                {"word", "confidence"},
            )


def test_the_permissive_build_accepts_older_controls(start_endpoint: Callable[..., Any]) -> None:
    with start_endpoint("--bundle", "permissive", "--recogniser", "silent") as info, WireClient(info) as client:
        client.text({"type": "KeepAlive"})
        client.text({"type": "Finalize"})
        client.text({"type": "ForceEndTurn"})
        assert client.wait_for("Warning")["sequence_id"] == 2
        assert client.messages[1]["event"] == "Update"
