"""One stream to a scripted peer: order, pieces, ends, and what crosses the wire."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import time
from pathlib import Path

import h2.errors
import pytest

from flux_desktop.aws.stream.opener import StreamClosedError
from flux_desktop.aws.wire.event_signatures import EventVerifier
from flux_desktop.aws.wire.event_stream import decode_message, encode_message, payload_part
from flux_desktop.base.open_sockets import duplicated_socket, socket_descriptors
from tests.aws.hostile_peer import CONNECTED, Session, hostile_peer
from tests.aws.streaming import CLOSE_STREAM, CREDENTIALS, QUERY, Recorder, eventually, opened, opener_to
from tests.aws.throwaway_ca import Authority
from tests.waiting import PATIENCE_S


def inner_frames(session: Session) -> list[tuple[object, bytes]]:
    """Data type and payload of every verified event; checks the whole signature chain."""
    seed = session.request["authorization"].rpartition("Signature=")[2]
    verifier = EventVerifier(CREDENTIALS.secret_key, "us-east-1", seed)
    inner = [verifier.verify(frame) for frame in session.frames]
    return [
        ((part := decode_message(data)).headers.get("DataType"), part.payload) if data else (None, b"")
        for data in inner
    ]


async def test_whole_conversation(authority: Authority) -> None:
    async with hostile_peer(authority, "close-politely") as peer, opened(peer) as (stream, recorder):
        assert recorder.messages[0][:2] == (CONNECTED, True)
        assert stream.invoked_variant == "AllTraffic"
        assert stream.aws_request_id == "req-1"
        assert 0 < stream.timings.tcp_tls_s < PATIENCE_S
        assert 0 < stream.timings.headers_s < PATIENCE_S
        chunks = [bytes([number]) * 2560 for number in range(5)]
        for chunk in chunks:
            stream.send_audio(chunk)
        stream.send_text(CLOSE_STREAM)
        end = await recorder.ended()
        assert (end.kind, end.after_close, end.problem, end.orderly) == ("clean", True, None, True)
        with pytest.raises(StreamClosedError):
            stream.send_audio(b"late")
        stream.end_input()
        await peer.sessions[0].until(lambda: peer.sessions[0].input_ended)
        assert inner_frames(peer.sessions[0]) == [
            *(("BINARY", chunk) for chunk in chunks),
            ("UTF8", CLOSE_STREAM.encode()),
            (None, b""),
        ]


async def test_request_head(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer, opened(peer):
        request = peer.sessions[0].request
        assert request[":path"].rstrip("?") == "/endpoints/flux-en/invocations-bidirectional-stream"
        assert request[":authority"] == f"127.0.0.1:{peer.port}"
        assert request["x-amzn-sagemaker-model-invocation-path"] == "v2/listen"
        assert request["x-amzn-sagemaker-model-query-string"] == QUERY
        assert request["x-amz-security-token"] == "token"
        assert request["x-amz-content-sha256"] == "STREAMING-AWS4-HMAC-SHA256-EVENTS"
        assert request["content-type"] == "application/vnd.amazon.eventstream"
        assert "content-length" not in request


async def test_a_message_that_was_begun_and_not_completed_is_no_clean_end(authority: Authority) -> None:
    async def half(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        await session.until(lambda: bool(session.frames))
        session.message(b"half", state="PARTIAL")
        session.end()

    async with hostile_peer(authority, half) as peer, opened(peer) as (stream, recorder):
        stream.send_text(CLOSE_STREAM)
        end = await recorder.ended()
        assert (end.kind, end.orderly) == ("protocol_error", False)


async def test_target_variant_is_named(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer, opener_to(peer, target_variant="Canary") as opener:
        await opener.open(QUERY, CREDENTIALS, Recorder())
        assert peer.sessions[0].request["x-amzn-sagemaker-target-variant"] == "Canary"


async def test_pieces_are_joined_and_order_is_kept(authority: Authority) -> None:
    async def in_pieces(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        session.message(b"one ", state="PARTIAL")
        session.message(b"two ", state="PARTIAL")
        session.message(b"three", state="COMPLETE")
        session.message(b"\x00\x01", "BINARY")
        session.data(encode_message([(":message-type", "event"), (":event-type", "Novelty")], b"?"))
        session.message(b"split", state="PARTIAL")
        last = payload_part(b" frame", "UTF8", "COMPLETE")
        session.data(last[:7])
        session.data(last[7:])
        session.message(b"", state="COMPLETE")
        session.message(b"\x02", "BINARY", state="PARTIAL")
        session.message(b"\x03", "BINARY", state="COMPLETE")

    async with hostile_peer(authority, in_pieces) as peer, opened(peer) as (stream, recorder):
        await recorder.heard(6)
        assert [message[:2] for message in recorder.messages] == [
            (CONNECTED, True),
            (b"one two three", True),
            (b"\x00\x01", False),
            (b"split frame", True),
            (b"", True),
            (b"\x02\x03", False),
        ]
        times = [message[2] for message in recorder.messages]
        assert times == sorted(times)
        assert time.monotonic() - times[-1] < PATIENCE_S
        assert stream.unknown_events == 1


async def test_an_error_after_the_clock_was_set_is_reported_as_a_clock_problem(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall_s = time.time
    connected = asyncio.Event()

    async def fails(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        await connected.wait()
        error = (":error-code", "ValidationException"), (":error-message", "rejected")
        session.data(encode_message([(":message-type", "error"), *error], b""))

    async with hostile_peer(authority, fails) as peer, opened(peer) as (_, recorder):
        monkeypatch.setattr(time, "time", lambda: wall_s() + 900)
        connected.set()
        end = await recorder.ended()
        monkeypatch.undo()
    assert end.problem is not None
    assert end.problem.code == "clock_skew"
    assert "set forward by 15 min" in end.problem.what
    assert "rejected" in end.problem.why


@pytest.mark.parametrize(
    ("kind", "body", "end_kind", "code", "words"),
    [
        ("ModelStreamError", b'{"Message":"died","ErrorCode":"X1"}', "model_stream_error", None, "died. (X1)"),
        ("InternalStreamFailure", b'{"Message":"oops"}', "internal_stream_failure", None, "oops"),
        ("Surprise", b"not json", "unmodelled_error", "unmodelled_stream_error", "not json"),
    ],
)
async def test_exception_events(
    authority: Authority, kind: str, body: bytes, end_kind: str, code: str | None, words: str
) -> None:
    async def fails(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        failure = encode_message([(":message-type", "exception"), (":exception-type", kind)], body)
        session.data(failure + payload_part(b"never heard", "UTF8"))

    async with hostile_peer(authority, fails) as peer, opened(peer) as (_, recorder):
        end = await recorder.ended()
        assert end.kind == end_kind
        assert end.problem is not None
        assert end.problem.code == (code or end_kind)
        assert words in end.problem.why
        assert not end.orderly


async def test_error_event(authority: Authority) -> None:
    async def fails(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        session.error("InternalError", "An internal server error occurred")

    async with hostile_peer(authority, fails) as peer, opened(peer) as (_, recorder):
        end = await recorder.ended()
        assert end.kind == "unmodelled_error"
        assert end.problem is not None
        assert "InternalError" in end.problem.what


async def test_model_stream_error_after_close_stream_is_orderly(authority: Authority) -> None:
    async def closes_with_an_error(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        await session.frames_count(1)
        session.exception("ModelStreamError", b'{"Message":"closed with 1005"}')

    async with hostile_peer(authority, closes_with_an_error) as peer, opened(peer) as (stream, recorder):
        stream.send_text(CLOSE_STREAM)
        end = await recorder.ended()
        assert (end.kind, end.after_close, end.orderly) == ("model_stream_error", True, True)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 40,
        payload_part(b"hello", "UTF8")[:-1] + b"\x00",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
async def test_bytes_that_are_no_frames(authority: Authority, data: bytes) -> None:
    async def garbles(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        session.data(data)

    async with hostile_peer(authority, garbles) as peer, opened(peer) as (_, recorder):
        end = await recorder.ended()
        assert end.kind == "protocol_error"
        assert end.problem is not None
        assert end.problem.code == "stream_garbled"


async def test_stream_that_ends_inside_a_frame(authority: Authority) -> None:
    async def cuts(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        session.data(payload_part(b"half", "UTF8")[:20], end=True)

    async with hostile_peer(authority, cuts) as peer, opened(peer) as (_, recorder):
        assert (await recorder.ended()).kind == "protocol_error"


async def test_answer_and_end_at_once(authority: Authority) -> None:
    """Headers, a message and the end in one go reach a listener that opens the stream as a task of its own."""

    async def brief(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        session.reset(h2.errors.ErrorCodes.CANCEL)

    async with hostile_peer(authority, brief) as peer, opener_to(peer) as opener:
        recorder = Recorder()
        await asyncio.create_task(opener.open(QUERY, CREDENTIALS, recorder))
        end = await recorder.ended()
        assert end.kind == "reset"
        assert [message[0] for message in recorder.messages] in ([CONNECTED], [])


async def test_connection_is_dropped_at_once_when_a_stream_is_lost(authority: Authority) -> None:
    async with hostile_peer(authority, "end-unasked") as peer, opened(peer) as (stream, recorder):
        for _ in range(3):
            stream.send_audio(b"\x00\x00")
        await recorder.ended()
        async with asyncio.timeout(PATIENCE_S):
            await peer.all_gone()


async def test_many_streams_do_not_mix(authority: Authority) -> None:
    async def echoes(session: Session) -> None:
        session.headers()
        await session.frames_count(3)
        for frame in session.frames[:3]:
            session.message(decode_message(frame.payload).payload)

    async with hostile_peer(authority, echoes) as peer, opener_to(peer) as opener:
        recorders = [Recorder() for _ in range(20)]
        streams = await asyncio.gather(*(opener.open(QUERY, CREDENTIALS, recorder) for recorder in recorders))
        for index, stream in enumerate(streams):
            for number in range(3):
                stream.send_text(f"{index}.{number}")
        for index, recorder in enumerate(recorders):
            await recorder.heard(3)
            assert [message[0].decode() for message in recorder.messages] == [f"{index}.{n}" for n in range(3)]


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="this system does not list a process's descriptors")
async def test_small_segments_do_not_wait(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer, opened(peer):
        delays = []
        for descriptor, _ in socket_descriptors():
            with contextlib.suppress(OSError), duplicated_socket(descriptor) as sock:
                if sock.getpeername()[1:2] == (peer.port,):
                    delays.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        assert delays == [1]


async def test_sdk_debug_lines_stay_out_of_the_log(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        async with hostile_peer(authority, "connected") as peer, opened(peer) as (stream, _):
            stream.send_text('{"type":"secret words"}')
    peer_logs = ("h2", "hpack")
    text = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith(peer_logs))
    assert "secret words" not in text
    assert "Signature" not in text
    assert CREDENTIALS.secret_key not in text
    assert CREDENTIALS.secret_key not in repr(CREDENTIALS)


def network_threads() -> int:
    count = 0
    for path in Path("/proc/self/task").glob("*/comm"):
        with contextlib.suppress(OSError):  # that thread has just ended
            count += path.read_text().startswith("AwsEventLoop")
    return count


def open_connections() -> int:
    """Sockets, event polls and pipes of this process; not the files that libraries open once, such as /dev/urandom."""
    count = 0
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # just closed
            count += ":" in os.readlink(path)
    return count


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="this system does not list a process's threads")
async def test_nothing_is_left_of_a_closed_opener(authority: Authority) -> None:
    gc.collect()
    threads, connections = network_threads(), open_connections()
    streams = []
    async with hostile_peer(authority, "connected") as peer:
        for _ in range(3):
            async with opener_to(peer) as opener:
                streams.append(await opener.open(QUERY, CREDENTIALS, Recorder()))
                assert network_threads() > 0
            del opener
        gc.collect()
        await eventually(lambda: network_threads() <= threads)
    assert all(stream.timings.headers_s for stream in streams)
    await eventually(lambda: open_connections() <= connections)


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_PROFILE": "nobody"},
        {"AWS_RETRY_MODE": "silly", "AWS_MAX_ATTEMPTS": "x"},
        {"AWS_REGION": "elsewhere", "AWS_ENDPOINT_URL": "https://127.0.0.1:1"},
        {},
    ],
)
async def test_aws_settings_of_the_machine_cannot_stop_a_stream(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "config").write_text("not a config file\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    async with hostile_peer(authority, "connected") as peer, opened(peer) as (_, recorder):
        assert recorder.messages[0][0] == CONNECTED


async def test_all_that_was_sent_arrives_before_an_orderly_close(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer, opened(peer) as (stream, _):
        for _ in range(20):
            stream.send_audio(bytes(2560))
        stream.end_input()
        await stream.close()
        session = peer.sessions[0]
        await session.until(lambda: session.input_ended)
        assert len(inner_frames(session)) == 21
