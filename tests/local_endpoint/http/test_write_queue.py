"""When frames are written: the timing faults and the delay of an overloaded endpoint, on a stepped clock."""

from __future__ import annotations

import asyncio

import pytest

from flux_desktop.local_endpoint.faults.faults import parse_faults
from flux_desktop.local_endpoint.http.write_queue import EXACT_STREAMS_MAX, WriteQueue, WriteTiming
from tests.local_endpoint.stepped_clock import TICK_S, SteppedClock


class Stream:
    """A write queue whose writer notes when each frame was written, in seconds after the start."""

    def __init__(self, *faults: str, open_streams: int = 1) -> None:
        self.clock = SteppedClock()
        self.audio_s = 0.0
        self.open_streams = open_streams
        self.overload_s = 0.0
        self.written: list[tuple[float, bytes]] = []
        self.late_s: list[float] = []
        timing = WriteTiming(
            lambda: self.audio_s,
            lambda: self.open_streams,
            lambda: self.overload_s,
            now_s=self.clock.now_s,
            sleep=self.clock.sleep,
            late=self.late_s.append,
        )
        self.queue = WriteQueue(parse_faults(faults), timing)
        self._started_s = self.clock.now_s()

    def write(self, frame: bytes) -> None:
        self.written.append((round(self.clock.now_s() - self._started_s, 4), frame))

    async def drain(self) -> list[tuple[float, bytes]]:
        """Close the queue and write all that is in it."""
        self.queue.close()
        await self.queue.write_until_closed(self.write)
        return self.written


async def test_without_faults_frames_are_written_at_once_and_in_order() -> None:
    stream = Stream()
    for frame in (b"a", b"", b"b"):
        stream.queue.put(frame)
    assert await stream.drain() == [(0.0, b"a"), (0.0, b"b")]
    stream.queue.put(b"late")
    assert await stream.drain() == [(0.0, b"a"), (0.0, b"b")], "nothing is accepted after close"


async def test_a_frame_is_written_as_soon_as_it_is_put_while_the_writer_waits() -> None:
    stream = Stream()
    writing = asyncio.create_task(stream.queue.write_until_closed(stream.write))
    await asyncio.sleep(0)
    stream.queue.put(b"a")
    stream.queue.put(b"b")
    assert stream.written == [(0.0, b"a"), (0.0, b"b")]
    stream.overload_s = 0.5
    stream.queue.put(b"c")
    stream.overload_s = 0.0
    stream.queue.put(b"d")
    await asyncio.sleep(0)
    stream.queue.put(b"e")
    stream.queue.close()
    await writing
    assert [frame for _, frame in stream.written] == [b"a", b"b", b"c", b"d", b"e"], "none overtakes a delayed one"


async def test_an_error_while_the_writer_waits_ends_the_writer_and_not_who_puts() -> None:
    stream = Stream()

    def broken(_: bytes) -> None:
        raise ConnectionResetError

    writing = asyncio.create_task(stream.queue.write_until_closed(broken))
    await asyncio.sleep(0)
    stream.queue.put(b"a")
    with pytest.raises(ConnectionResetError):
        await writing


async def test_nothing_is_written_after_the_writer_was_cancelled() -> None:
    stream = Stream()
    writing = asyncio.create_task(stream.queue.write_until_closed(stream.write))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    stream.queue.put(b"a")
    assert stream.written == []


async def test_a_delay_counts_from_the_message_that_is_answered() -> None:
    stream = Stream("delay-ms=300")
    received_s = stream.clock.now_s()
    stream.clock.time_s += 0.1
    stream.queue.answered_s = received_s
    stream.queue.put(b"answer")
    stream.queue.answered_s = None
    stream.queue.put(b"unasked")
    (answer_s, _), (unasked_s, _) = await stream.drain()
    assert 0.3 <= answer_s <= 0.3 + 2 * TICK_S
    assert 0.4 <= unasked_s <= 0.4 + 2 * TICK_S


async def test_lateness_of_the_server_itself_is_told() -> None:
    stream = Stream("delay-ms=20")
    stream.queue.put(b"a")
    stream.clock.time_s += 0.1
    await stream.drain()
    assert stream.late_s == [pytest.approx(0.08, abs=2 * TICK_S)]
    prompt = Stream()
    prompt.queue.put(b"a")
    await prompt.drain()
    assert prompt.late_s == [], "without a delay there is nothing to be late for"


async def test_a_delay_is_exact_with_few_streams_and_one_timer_with_many() -> None:
    exact, coarse = Stream("delay-ms=20"), Stream("delay-ms=20", open_streams=EXACT_STREAMS_MAX + 1)
    for stream in (exact, coarse):
        stream.queue.put(b"a")
        await stream.drain()
    assert coarse.clock.sleeps_s == pytest.approx([0.02])
    assert exact.clock.sleeps_s[0] < 0.02
    assert set(exact.clock.sleeps_s[1:]) == {0}


async def test_a_stall_holds_back_once_after_five_seconds_of_audio() -> None:
    stream = Stream("stall-ms=1400")
    stream.audio_s = 4.9
    for frame in (b"a", b"b", b"c"):
        stream.queue.put(frame)

    def write(frame: bytes) -> None:
        stream.write(frame)
        stream.audio_s += 0.1

    stream.queue.close()
    await stream.queue.write_until_closed(write)
    assert stream.written == [(0.0, b"a"), (1.4, b"b"), (1.4, b"c")]


async def test_a_silent_stream_drops_what_comes_later() -> None:
    stream = Stream("silent-after=1")
    stream.audio_s = 1.0
    stream.queue.put(b"a")
    stream.audio_s = 1.08
    stream.queue.put(b"b")
    assert await stream.drain() == [(0.0, b"a")]


async def test_a_drip_keeps_its_rate() -> None:
    stream = Stream("drip=1600")
    stream.queue.put(bytes(40))
    written = await stream.drain()
    assert [(at_s, len(piece)) for at_s, piece in written] == [(0.0, 16), (0.01, 16), (0.02, 8)]


async def test_the_delay_of_an_overload_is_that_of_the_moment_and_keeps_the_order() -> None:
    stream = Stream()
    stream.overload_s = 0.5
    stream.queue.put(b"a")
    stream.overload_s = 0.0
    stream.queue.put(b"b")
    (first_s, first), (second_s, second) = await stream.drain()
    assert (first, second) == (b"a", b"b")
    assert 0.5 <= first_s == second_s <= 0.5 + 2 * TICK_S


async def test_an_error_of_the_client_ends_the_writer() -> None:
    stream = Stream()
    stream.queue.put(b"a")

    def broken(_: bytes) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await stream.queue.write_until_closed(broken)
