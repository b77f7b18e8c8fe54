"""What reads the wire: frames, a server's messages on their way to a person, commands for a worker and an endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import zlib
from typing import Any

import msgspec

from flux_desktop.aws.stream.stream import SageMakerStream
from flux_desktop.aws.target import Credentials, StreamTarget
from flux_desktop.aws.wire.event_signatures import EventSigner, EventVerifier
from flux_desktop.aws.wire.event_stream import (
    EventStreamError,
    FrameDecoder,
    decode_message,
    encode_message,
    payload_part,
)
from flux_desktop.aws.wire.sigv4 import SignatureMismatch
from flux_desktop.base.redaction import redact_log
from flux_desktop.cli.transcript import TranscriptLines
from flux_desktop.engine.records import commands
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded, encode_event
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource, plan_problems
from flux_desktop.engine.worker.worker import Worker
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.messages import MessageError, parse_client_message, parse_server_message
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.validation import RefusedError, options_for
from flux_desktop.reports.run_result import RunResult, final_summary
from flux_desktop.reports.summary_jsonl import summary_jsonl
from flux_desktop.reports.transcripts import as_json, as_srt, as_txt, as_vtt
from flux_desktop.ui.models.run_model import RunModel
from tests.engine.messages import Messages

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
SECRET, REGION, SEED = "a secret", "us-east-1", "0" * 64
NOW_MS = 1_767_225_600_000
DEEP = b'{"x":' + b"[" * 100_000
"""More brackets than any reader follows down."""
_COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""What a terminal may obey, or cannot be given."""


# ---------------------------------------------------------------- frames


class _Listener:
    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        with contextlib.suppress(MessageError):
            parse_server_message(payload)

    def on_end(self, end: Any) -> None:
        assert end.problem is None or end.problem.sentence()


class _NoChannel:
    headers: tuple[()] = ()
    prompt_until_s = 0.0

    def drop(self) -> None: ...


def read_frames(data: bytes) -> None:
    """The bytes as they are, and as headers and payload of a frame whose checksums are right."""
    _client(data)
    _server(data)
    size = min(data[0] if data else 0, len(data) - 1)
    if size >= 0 and data:
        body = _framed(data[1 : 1 + size], data[1 + size :])
        _client(body)
        _server(body)
        with contextlib.suppress(EventStreamError):
            _server(EventSigner(SECRET, REGION, SEED).sign(body, NOW_MS))


def _framed(headers: bytes, payload: bytes) -> bytes:
    lengths = (16 + len(headers) + len(payload)).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    body = lengths + zlib.crc32(lengths).to_bytes(4, "big") + headers + payload
    return body + zlib.crc32(body).to_bytes(4, "big")


def _client(data: bytes) -> None:
    target = StreamTarget(endpoint_name="e", region=REGION)
    stream = SageMakerStream(target, _Listener())
    stream.attach(_NoChannel(), None)  # type: ignore[arg-type]
    stream.release()
    stream.on_bytes(data[: len(data) // 2], 0.0)
    stream.on_bytes(data[len(data) // 2 :], 0.0)
    stream.on_input_over(None, 0.0)
    assert stream.end is not None


def _server(data: bytes) -> None:
    decoder, verifier = FrameDecoder(), EventVerifier(SECRET, REGION, SEED)
    try:
        for frame in decoder.feed(data):
            decode_message(verifier.verify(frame, NOW_MS))
        decoder.finish()
    except (EventStreamError, SignatureMismatch):
        pass


def frame_seeds() -> list[bytes]:
    part = payload_part(b'{"type":"Connected","request_id":"r","sequence_id":0}', "UTF8")
    error = encode_message(
        [(":message-type", "exception"), (":exception-type", "ModelStreamError")], b'{"Message":"m"}'
    )
    unmodelled = encode_message([(":message-type", "error"), (":error-code", "c"), (":error-message", "m")], b"")
    signed = EventSigner(SECRET, REGION, SEED).sign(payload_part(b"\0\0", "BINARY", "PARTIAL"), NOW_MS)
    unframed = [_unframed(frame) for frame in (part, error, unmodelled)]
    deep = encode_message([(":message-type", "exception"), (":exception-type", "x")], DEEP)
    return [part, error, unmodelled, signed, part + part, deep, *unframed]


def _unframed(frame: bytes) -> bytes:
    """Headers and payload of a frame as `read_frames` puts them together."""
    size = int.from_bytes(frame[4:8], "big")
    return bytes((size,)) + frame[12:-4]


# ---------------------------------------------------------------- what a server says


def read_messages(data: bytes) -> None:
    """One message a line, as one connection hears them: the engine, the window, the terminal and the files."""
    messages, events = Messages(), []
    redact_log(data.decode("utf-8", "replace"))
    for line in data.split(b"\n", 500):  # the time is looked at for one input, not for thousands of messages
        events.append(messages.received(1.0, 1, line.decode("utf-8", "replace")))
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, final_texts=["a"])
    events.append(ConnectionEnded(t=2.0, summary=summary, closed_turn=messages.receiver(1).close()))
    show(PLAN, events)


def show(plan: RunPlan, events: list[Any]) -> None:
    """Events on their way to a person."""
    model, result, lines = RunModel(), RunResult(), TranscriptLines()
    model.reset(plan)
    for event in events:
        encode_event(event)
        model.feed(event)
        result.feed(event)
        assert not any(_COMMANDS.search(line) for line in lines.lines(event))
    for conn in result.connections:
        turns = result.turns(conn)
        assert as_txt(turns).count("\n") == len(turns)
        json.loads(as_json(conn, turns))
        as_srt(turns)
        as_vtt(turns)
    ended = result.ended or RunEnded(t=1.0, verdict=Verdict.DONE, ledger={})
    msgspec.json.encode(final_summary(result, ended))
    summary_jsonl(result.ordered_summaries)


def message_seeds() -> list[bytes]:
    turn = {
        "type": "TurnInfo",
        "request_id": "r",
        "event": "StartOfTurn",
        "turn_index": 0,
        "audio_window_start": 0.0,
        "audio_window_end": 0.24,
        "transcript": "hello how",
        "words": [{"word": "hello", "confidence": 0.5, "start": 0.0, "end": 0.1}, {"word": "how", "confidence": 1}],
        "end_of_turn_confidence": 0.01,
        "sequence_id": 1,
        "languages": ["en"],
        "languages_hinted": [],
    }
    end = turn | {"event": "EndOfTurn", "trigger": "model", "sequence_id": 2}
    others = (
        {"type": "Connected", "request_id": "r", "sequence_id": 0},
        {"type": "ConfigureSuccess", "thresholds": {"eot_threshold": 0.7, "eot_timeout_ms": 500}, "keyterms": ["a"]},
        {"type": "ConfigureFailure", "code": "c", "description": "d"},
        {"type": "Warning", "code": "c", "description": "d", "sequence_id": 9},
        {"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": "d"},
        {"type": "News", "x": [1, {"y": None}]},
    )
    lines = [json.dumps(message).encode() for message in (turn, end, *others)]
    return [*lines, b"\n".join(lines[:2]), b"\n".join(lines), DEEP, lines[0][:-1] + b"," + DEEP[1:]]


# ---------------------------------------------------------------- what a worker and an endpoint are told


class _NoTransport:
    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\n")


_LOOP = asyncio.new_event_loop()


def read_commands(data: bytes) -> None:
    harmless = []
    for line in data.splitlines(keepends=True):
        with contextlib.suppress(MessageError):
            parse_client_message(line)
        with contextlib.suppress(RefusedError):
            options_for(line.decode("utf-8", "replace"), BUNDLES["latest"])
        try:
            command = commands.decode_command(line)
        except msgspec.DecodeError:
            harmless.append(line)
            continue
        if isinstance(command, commands.StartRun):
            plan_problems(command.plan)  # it is what a supervisor looks at before there is a worker
        elif not isinstance(command, commands.RenewCredentials):  # a million keys would be known for ever
            harmless.append(line)
            commands.encode_command(command)
    _LOOP.run_until_complete(_obeyed(b"".join(harmless)))


async def _obeyed(data: bytes) -> None:
    reader = asyncio.StreamReader(limit=64 * 1024)
    reader.feed_data(data)
    reader.feed_eof()
    await Worker(_NoTransport())._obey(reader)  # type: ignore[arg-type]


def command_seeds() -> list[bytes]:
    start = commands.StartRun(
        plan=PLAN, connections=[1], origin_s=0.0, credentials=Credentials(access_key="A", secret_key="B")
    )
    run_commands = (
        start,
        commands.Watch(connections=[1, 2]),
        commands.SetParameters(revision=1, options=FluxOptions(keyterms=("a",)), new_stream=True),
        commands.SendControl(control="CloseStream"),
        commands.StopRun(drain=False),
        commands.Quit(),
    )
    lines = [commands.encode_command(command) for command in run_commands]
    query = b"model=flux-general-en&encoding=linear16&sample_rate=16000&eot_threshold=0.7&keyterm=a%20b\n"
    controls = b'{"type":"Configure","thresholds":{"eot_threshold":0.8},"keyterms":[]}\n{"type":"CloseStream"}\n'
    return [*lines, b"".join(lines[1:]), query, controls, b'{"command":"quit",' + DEEP[1:]]
