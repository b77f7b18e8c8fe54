"""The ways in which the SDK alone would wait for ever: each ends, with the reason, before a limit of many seconds."""

from __future__ import annotations

import asyncio
import re

import msgspec
import pytest

from flux_desktop.aws.errors.connect_errors import Address
from flux_desktop.aws.stream.connections import Connections, Place
from flux_desktop.aws.stream.opener import StreamClosedError
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import (
    CREDENTIALS,
    PATIENT,
    QUERY,
    QUICK,
    Recorder,
    eventually,
    open_problem,
    opened,
    opener_to,
)
from tests.aws.throwaway_ca import Authority
from tests.waiting import PATIENCE_S


@pytest.fixture
def loop_complaints(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the event loop would print of exceptions that nobody looked at."""
    complaints: list[dict[str, object]] = []
    monkeypatch.setattr(
        asyncio.BaseEventLoop, "call_exception_handler", lambda _loop, context: complaints.append(context)
    )
    return complaints


class BrokenIdentity:
    """Credentials that fail inside the SDK's own task, before the request is ready."""

    secret_key = ""

    def __init__(self, _: object) -> None: ...

    async def get_identity(self, *, properties: object) -> object:
        raise RuntimeError("no identity today")


async def test_failure_before_the_request_is_ready(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, loop_complaints: list[dict[str, object]]
) -> None:
    monkeypatch.setattr("flux_desktop.aws.stream.opener.StaticIdentity", BrokenIdentity)
    async with hostile_peer(authority, "connected") as peer:
        problem = await open_problem(peer)
        assert problem.code == "request_invalid"
        assert "no identity today" in problem.why
        assert not peer.sessions
    assert not loop_complaints


async def test_endpoint_name_that_cannot_be_sent(authority: Authority) -> None:
    async with hostile_peer(authority, "connected") as peer:
        problem = await open_problem(peer, endpoint_name="")
        assert problem.code == "request_invalid"
        assert problem.why


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("reset-before-headers", "stream_reset"),
        ("refused-stream", "stream_reset"),
        ("goaway-before-headers", "goaway"),
        ("abort-before-headers", "connection_lost"),
        ("silent", "headers_timeout"),
    ],
)
async def test_no_answer(
    authority: Authority, behaviour: str, code: str, loop_complaints: list[dict[str, object]]
) -> None:
    async with hostile_peer(authority, behaviour) as peer:
        problem = await open_problem(peer, QUICK if code == "headers_timeout" else PATIENT)
        assert problem.code == code
        assert str(peer.port) in problem.what
    assert not loop_complaints


async def test_the_whole_opening_has_one_limit(authority: Authority) -> None:
    """What TCP and TLS have taken is missing for the answer."""
    limits = msgspec.structs.replace(PATIENT, open_s=0.4)
    async with hostile_peer(authority, "silent") as peer:
        problem = await open_problem(peer, limits)
        assert problem.code == "headers_timeout"
        waited_s = float(re.search(r"within ([0-9.]+) s", problem.sentence())[1])  # type: ignore[index]
        assert waited_s < 0.4


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("reset-mid-stream", "stream_reset"),
        ("abort-mid-stream", "connection_lost"),
        ("goaway-mid-stream", "goaway"),
        ("end-unasked", "ended_early"),
    ],
)
async def test_loss_in_mid_stream_is_not_a_clean_end(authority: Authority, behaviour: str, code: str) -> None:
    async with hostile_peer(authority, behaviour) as peer, opened(peer) as (stream, recorder):
        for _ in range(3):
            stream.send_audio(bytes(2560))
        end = await recorder.ended()
        assert (end.kind, end.orderly) == ("reset", False)
        assert end.problem is not None
        assert end.problem.code == code


async def test_sending_after_the_end_fails_at_once(authority: Authority) -> None:
    async with hostile_peer(authority, "abort-mid-stream") as peer, opened(peer) as (stream, recorder):
        for _ in range(3):
            stream.send_audio(bytes(2560))
        await recorder.ended()
        for _ in range(40):
            with pytest.raises(StreamClosedError):
                stream.send_audio(bytes(2560))
        stream.end_input()
        await stream.close()
        assert stream.unsent_bytes == 0


async def test_sending_before_the_end_is_known_never_blocks(authority: Authority) -> None:
    """Between the loss and its news a send may still seem to succeed; it must return and never raise a stranger."""
    async with hostile_peer(authority, "abort-mid-stream") as peer, opened(peer) as (stream, recorder):
        async with asyncio.timeout(PATIENCE_S):
            while not recorder.ends:
                try:
                    stream.send_audio(bytes(2560))
                except StreamClosedError:
                    break
                await asyncio.sleep(0)
        assert (await recorder.ended()).kind == "reset"


async def test_window_never_opened_shows_as_backlog(authority: Authority) -> None:
    async with (
        hostile_peer(authority, "connected", initial_window=0) as peer,
        opened(peer) as (stream, recorder),
    ):
        for _ in range(50):
            stream.send_audio(bytes(2560))
        assert stream.unsent_bytes == 50 * (2560 + 206)
        await eventually(lambda: stream.oldest_unsent_s > 0.1)
        assert not recorder.ends
        stream.end_input()
        await stream.close()
        assert recorder.ends[0].kind == "closed_by_us"


async def test_peer_that_stops_reading_shows_as_backlog(authority: Authority) -> None:
    async with hostile_peer(authority, "connected", reads=False) as peer, opened(peer) as (stream, _):
        for _ in range(100):
            stream.send_audio(bytes(2560))
        await eventually(lambda: 0 < stream.unsent_bytes < 100 * 2766 and stream.oldest_unsent_s > 0.05)


async def test_cancelled_opening_leaves_nothing(authority: Authority) -> None:
    async with hostile_peer(authority, "silent") as peer, opener_to(peer) as opener:
        opening = asyncio.create_task(opener.open(QUERY, CREDENTIALS, Recorder()))
        await eventually(lambda: peer.sessions and peer.sessions[0].request)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        async with asyncio.timeout(PATIENCE_S):
            await peer.all_gone()


async def test_closing_the_opener_ends_every_stream(authority: Authority) -> None:
    recorders = [Recorder() for _ in range(5)]
    async with hostile_peer(authority, "connected") as peer:
        async with opener_to(peer) as opener:
            await asyncio.gather(*(opener.open(QUERY, CREDENTIALS, recorder) for recorder in recorders))
            assert len(peer.sessions) == 5
        assert [[end.kind for end in recorder.ends] for recorder in recorders] == [["closed_by_us"]] * 5
        with pytest.raises(StreamClosedError):
            await opener.open(QUERY, CREDENTIALS, Recorder())


async def test_closing_the_opener_while_one_is_opening(authority: Authority) -> None:
    async with hostile_peer(authority, "silent") as peer, opener_to(peer) as opener:
        opening = asyncio.create_task(opener.open(QUERY, CREDENTIALS, Recorder()))
        await eventually(lambda: peer.sessions and peer.sessions[0].request)
        await opener.close()
        peer.sessions[0].headers()
        with pytest.raises(StreamClosedError):
            await opening


async def test_a_connection_that_is_lost_before_its_request_is_a_lost_connection(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under load: the common runtime then refuses the request itself, with its error 2058."""
    place = Connections.place

    async def connect_and_lose(connections: Connections, address: Address) -> Place:
        placed = await place(connections, address)
        placed.give_up()
        await placed.closed()
        return placed

    monkeypatch.setattr(Connections, "place", connect_and_lose)
    async with hostile_peer(authority, "connected") as peer:
        problem = await open_problem(peer)
    assert problem.code == "connection_lost", problem
