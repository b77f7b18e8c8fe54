"""Answers with status 200 that are no event stream, as of a proxy or of a login page, and other HTTP/2 frames."""

from __future__ import annotations

import struct

import pytest

from flux_desktop.aws.wire.event_stream import EVENT_STREAM
from tests.aws.hostile_peer import CONNECTED, Session, hostile_peer
from tests.aws.streaming import CREDENTIALS, QUERY, Recorder, opened, opener_to
from tests.aws.throwaway_ca import Authority

PAGE = b"<!DOCTYPE html>\n<html><title>Guest network</title>\x00" + b"Please sign in. " * 9
SHOWN = "<!DOCTYPE html> <html><title>Guest network</title> Please sign in. Please sign i…"


@pytest.mark.parametrize(
    ("content_type", "body", "ends", "why"),
    [
        (
            "text/html; charset=utf-8",
            PAGE,
            False,
            f"has the content type text/html; charset=utf-8 and begins “{SHOWN}”",
        ),
        ("text/html", PAGE, True, f"has the content type text/html and begins “{SHOWN}”"),
        (EVENT_STREAM, PAGE, False, f"has the content type {EVENT_STREAM} and begins “{SHOWN}”"),
        ("", PAGE, False, f"has no content type and begins “{SHOWN}”"),
        ("text/plain", b"OK", True, "has the content type text/plain and begins “OK”"),
        ("text/html", b"", True, "has the content type text/html and is empty"),
        ("text/html", b"\x1f\x8b\x08packed words", False, "has the content type text/html and holds no text"),
    ],
)
async def test_what_came_instead_of_an_event_stream_is_said(
    authority: Authority, content_type: str, body: bytes, ends: bool, why: str
) -> None:
    async def answers(session: Session) -> None:
        fields = [(":status", "200"), *([("content-type", content_type)] if content_type else [])]
        session.h2.send_headers(session.stream_id, fields)
        session.data(body, end=ends)

    async with hostile_peer(authority, answers) as peer, opener_to(peer) as opener:
        recorder = Recorder()
        await opener.open(QUERY, CREDENTIALS, recorder)
        problem = (await recorder.ended()).problem
        assert problem is not None
        assert problem.code == "not_event_stream"
        assert problem.what == f"127.0.0.1:{peer.port} did not answer with an event stream."
        assert problem.why == f"The answer {why}."


async def test_frames_of_another_content_type_are_read_and_a_page_after_them_is_garbled_data(
    authority: Authority,
) -> None:
    async def answers(session: Session) -> None:
        session.headers(content_type="application/octet-stream")
        session.message(CONNECTED)
        await session.frames_count(1)
        session.data(PAGE)

    async with hostile_peer(authority, answers) as peer, opened(peer) as (stream, recorder):
        stream.send_audio(bytes(2))
        end = await recorder.ended()
        assert [payload for payload, _, _ in recorder.messages] == [CONNECTED]
        assert end.problem is not None
        assert end.problem.code == "stream_garbled"


def frame(kind: int, stream_id: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, 0)) + struct.pack(">I", stream_id) + payload


async def test_frames_that_http2_has_not_are_ignored(authority: Authority) -> None:
    async def sends(session: Session) -> None:
        session.headers()
        for stream_id in (0, session.stream_id):
            for kind, payload in ((0xFA, b"unknown"), (0x0A, b"\0\0ALTSVC"), (0x0C, b"\0\x06ORIGIN"), (0x10, bytes(5))):
                session.writer.write(frame(kind, stream_id, payload))
        session.writer.write(frame(2, session.stream_id, bytes(5)))  # PRIORITY
        session.message(CONNECTED)

    async with hostile_peer(authority, sends) as peer, opened(peer) as (_, recorder):
        assert [payload for payload, _, _ in recorder.messages] == [CONNECTED]


@pytest.mark.parametrize("payload", [bytes(5), bytes(4)])
async def test_a_frame_that_breaks_the_rules_in_mid_stream_is_not_called_a_lost_connection(
    authority: Authority, payload: bytes
) -> None:
    async def breaks(session: Session) -> None:
        session.headers()
        session.message(CONNECTED)
        await session.frames_count(1)
        session.writer.write(frame(2, 0 if len(payload) == 5 else session.stream_id, payload))

    async with hostile_peer(authority, breaks) as peer, opened(peer) as (stream, recorder):
        stream.send_audio(bytes(2))
        problem = (await recorder.ended()).problem
        assert problem is not None
        assert problem.code == "http2_error"
