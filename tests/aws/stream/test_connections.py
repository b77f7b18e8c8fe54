"""Streams that share connections, over real HTTP/2 to a scripted peer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame

from flux_desktop.aws.stream import connections as connections_module
from flux_desktop.aws.stream.opener import SageMakerStream, StreamOpener
from flux_desktop.base.problem import ProblemError
from tests.aws.hostile_peer import CONNECTED, Peer, Session, hostile_peer
from tests.aws.streaming import CREDENTIALS, PATIENT, QUERY, Recorder, StreamTarget, eventually, opener_to
from tests.aws.throwaway_ca import Authority
from tests.waiting import PATIENCE_S


async def _answer_each(session: Session) -> None:
    answered: list[int] = []
    while True:
        await session.until(lambda: session.stream_ids != answered)
        session.stream_id = session.stream_ids[len(answered)]
        answered.append(session.stream_id)
        with contextlib.suppress(ProtocolError):  # the client has given the stream up meanwhile
            session.headers()
            session.message(CONNECTED)


@pytest.fixture
async def peer(authority: Authority) -> AsyncIterator[Peer]:
    async with hostile_peer(authority, _answer_each) as running_peer:
        yield running_peer


async def _open(opener: StreamOpener, count: int) -> list[tuple[SageMakerStream, Recorder]]:
    recorders = [Recorder() for _ in range(count)]
    streams = await asyncio.gather(*(opener.open(QUERY, CREDENTIALS, recorder) for recorder in recorders))
    for recorder in recorders:
        await recorder.heard(1)
    return list(zip(streams, recorders, strict=True))


def _streams(peer: Peer) -> list[int]:
    return [len(session.stream_ids) for session in peer.sessions]


async def test_streams_share_a_connection_up_to_their_number_and_its_opening_counts_once(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        opened = await _open(opener, 5)
        assert sorted(_streams(peer)) == [1, 2, 2]
        assert sum(stream.timings.tcp_tls_s is not None for stream, _ in opened) == 3
        for stream, _ in opened:
            stream.send_audio(b"\x01\x02")
        await eventually(lambda: sum(len(session.frames) for session in peer.sessions) == 5)


async def test_each_stream_has_a_connection_of_its_own_unless_asked_otherwise(peer: Peer) -> None:
    async with opener_to(peer) as opener:
        opened = await _open(opener, 3)
        assert _streams(peer) == [1, 1, 1]
        assert all(stream.timings.tcp_tls_s is not None for stream, _ in opened)


async def test_what_the_server_allows_is_never_exceeded(peer: Peer) -> None:
    peer.max_streams = 2
    async with opener_to(peer, streams_each=10) as opener:
        await _open(opener, 5)
        assert sorted(_streams(peer)) == [1, 2, 2]


async def test_the_number_that_one_connection_allows_is_expected_of_the_next_ones(peer: Peer) -> None:
    peer.max_streams = 1
    async with opener_to(peer, streams_each=3) as opener:
        await _open(opener, 2)
        await _open(opener, 2)
        assert _streams(peer) == [1, 1, 1, 1]
        connections = opener._connections
        assert connections is not None
        assert connections._expected == 1


async def test_each_connection_is_timed_for_itself_however_long_its_stream_has_waited_before(peer: Peer) -> None:
    peer.max_streams = 1
    async with opener_to(peer, streams_each=3) as opener:
        opened = await _open(opener, 3)
        connections = opener._connections
        assert connections is not None
        figures = [stream.timings.tcp_tls_s for stream, _ in opened]
        assert sorted(figures, key=str) == sorted((one.opening_s for one in connections._shared), key=str)


async def test_settings_that_change_during_the_run_hold_for_the_streams_opened_from_then_on(peer: Peer) -> None:
    async with opener_to(peer, streams_each=4) as opener:
        opened = await _open(opener, 3)
        connections = opener._connections
        assert connections is not None
        session, known = peer.sessions[0], connections._shared[0]
        session.allow_streams(2)
        await eventually(lambda: known.streams_max == 2)
        await _open(opener, 1)
        assert _streams(peer) == [3, 1]
        assert all(stream.end is None for stream, _ in opened)
        session.allow_streams(100)
        await eventually(lambda: known.streams_max == 4)
        await _open(opener, 1)
        assert _streams(peer) == [4, 1]


async def test_a_stream_closed_on_a_connection_limited_to_one_still_ends_its_input(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        (first, _), (second, _) = await _open(opener, 2)
        connections = opener._connections
        assert connections is not None
        session, known = peer.sessions[0], connections._shared[0]
        session.allow_streams(1)
        await eventually(lambda: known.streams_max == 1)
        await first.close()
        await eventually(lambda: session.input_ended)
        assert second.end is None


async def test_after_goaway_streams_go_on_and_further_ones_open_another_connection(peer: Peer) -> None:
    async with opener_to(peer, streams_each=3) as opener:
        opened = await _open(opener, 2)
        session = peer.sessions[0]
        session.writer.write(GoAwayFrame(0, last_stream_id=2**31 - 1).serialize())
        await session.everything_heard()
        await _open(opener, 1)
        assert _streams(peer) == [2, 1]
        for stream, _ in opened:
            stream.send_audio(b"\x01\x02")
        await eventually(lambda: len(session.frames) == 2)


async def test_goaway_ends_each_stream_that_the_server_did_not_process(peer: Peer) -> None:
    async with opener_to(peer, streams_each=3) as opener:
        opened = await _open(opener, 3)
        session = peer.sessions[0]
        session.writer.write(GoAwayFrame(0, last_stream_id=session.stream_ids[0]).serialize())
        await eventually(lambda: sum(bool(recorder.ends) for _, recorder in opened) == 2)
        problems = [recorder.ends[0].problem for _, recorder in opened if recorder.ends]
        assert [problem.code for problem in problems if problem] == ["goaway"] * 2


async def test_streams_do_not_wait_for_the_settings_of_a_connection_that_has_been_lost(authority: Authority) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    async with await asyncio.start_server(cut, "127.0.0.1", 0, ssl=authority.server_context()) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        target = StreamTarget(
            endpoint_name="flux-en", region="us-east-1", endpoint_url=url, ca_file=str(authority.ca_file)
        )
        # Waiting for the settings would take longer than an opening may take in all.
        limits = msgspec.structs.replace(PATIENT, tls_reason_s=PATIENCE_S / 2, open_s=PATIENCE_S / 2)
        opener = StreamOpener(target, limits, streams_each=3)
        opening = [opener.open(QUERY, CREDENTIALS, Recorder()) for _ in range(3)]
        results = await asyncio.gather(*opening, return_exceptions=True)
        await opener.close()
    assert [result.problem.code for result in results if isinstance(result, ProblemError)] == ["connection_lost"] * 3


async def test_streams_that_have_waited_for_a_connection_start_one_after_the_other(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections_module, "OPENING_GAP_S", PATIENCE_S)
    async with opener_to(peer, streams_each=4) as opener:
        opening = [asyncio.create_task(opener.open(QUERY, CREDENTIALS, Recorder())) for _ in range(3)]
        await asyncio.wait(opening, return_when=asyncio.FIRST_COMPLETED)
        # One that has not waited does not stand in line.
        await _open(opener, 1)
        assert _streams(peer) == [2]
        for task in opening:
            task.cancel()
        await asyncio.wait(opening)


async def test_a_lost_connection_ends_each_of_its_streams_and_no_other(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        opened = await _open(opener, 3)
        next(session for session in peer.sessions if len(session.stream_ids) == 2).abort()
        lost = [recorder for _, recorder in opened]
        await eventually(lambda: sum(bool(recorder.ends) for recorder in lost) == 2)
        problems = [recorder.ends[0].problem for recorder in lost if recorder.ends]
        assert [problem.code for problem in problems if problem] == ["connection_lost"] * 2
        assert sum(stream.end is None for stream, _ in opened) == 1


async def test_a_stream_that_is_closed_leaves_its_neighbour_alone(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        (first, _), (second, _) = await _open(opener, 2)
        await first.close()
        second.send_audio(b"\x01\x02")
        session = peer.sessions[0]
        await eventually(lambda: session.frames)
        assert second.end is None
        # The abandoned stream cannot be reset, so its connection takes no further one.
        await _open(opener, 1)
        assert _streams(peer) == [2, 1]
        await second.close()
        await eventually(lambda: peer.open_connections == 1)


async def test_a_stream_that_has_ended_leaves_its_place_to_the_next(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        [(first, recorder)] = await _open(opener, 1)
        await _open(opener, 1)
        session = peer.sessions[0]
        first.end_input()
        await eventually(lambda: session.input_ended)
        session.stream_id = session.stream_ids[0]
        session.end()
        await recorder.ended()
        connections = opener._connections
        assert connections is not None
        await eventually(lambda: connections._shared[0].users == 1)
        await _open(opener, 1)
        assert _streams(peer) == [3]


async def test_an_opening_that_is_given_up_does_not_take_the_others_with_it(peer: Peer) -> None:
    async with opener_to(peer, streams_each=2) as opener:
        given_up = asyncio.create_task(opener.open(QUERY, CREDENTIALS, Recorder()))
        await asyncio.sleep(0)
        other = asyncio.create_task(_open(opener, 1))
        await eventually(lambda: peer.sessions or given_up.done())
        given_up.cancel()
        (stream, _), *_ = await other
        assert stream.end is None
        await asyncio.wait({given_up})


async def test_a_connection_that_cannot_be_made_fails_every_stream_that_waits_for_it() -> None:
    target = StreamTarget(endpoint_name="flux-en", region="us-east-1", endpoint_url="https://127.0.0.1:1")
    opener = StreamOpener(target, PATIENT, streams_each=3)
    opening = [opener.open(QUERY, CREDENTIALS, Recorder()) for _ in range(3)]
    results = await asyncio.gather(*opening, return_exceptions=True)
    await opener.close()
    assert [type(result) for result in results] == [ProblemError] * 3
