"""The absolute schedule and the clock that maps audio seconds to moments."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.pacing import AudioClock, is_late
from flux_desktop.engine.sending.shared_timers import SharedTimers
from tests.engine.sending.memory_chunks import MemoryChunkSource

CHUNK = b"\x01\x02" * 1280


class ManualLoop:
    """A clock that only a test moves, with the one timer that a sender has."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.due_s: float | None = None
        self._callback = None

    def call_later(self, delay_s: float, callback: object) -> ManualLoop:
        assert delay_s >= 0
        self.due_s, self._callback = self.now_s + delay_s, callback
        return self

    def call_at(self, moment_s: float, callback: object) -> ManualLoop:
        return self.call_later(max(0.0, moment_s - self.now_s), callback)

    def cancel(self) -> None:
        self.due_s = None

    def fire(self, at_s: float | None = None) -> None:
        """Let time pass to the timer (or beyond it, as in a stall) and call it."""
        assert self.due_s is not None
        self.now_s = max(self.now_s, self.due_s if at_s is None else at_s)
        self.due_s = None
        again_s = self._callback()
        if again_s is not None:
            self.due_s = max(self.now_s, again_s)


class Sink:
    def __init__(self, loop: ManualLoop) -> None:
        self.sent: list[tuple[float, bytes]] = []
        self.fail_at: int | None = None
        self._loop = loop

    def send_audio(self, chunk: bytes) -> None:
        if self.fail_at == len(self.sent):
            raise OSError("gone")
        self.sent.append((self._loop.now_s, chunk))


class Bench:
    """A sender over two and a half chunks of audio, with everything that it tells."""

    def __init__(self, audio: bytes = CHUNK * 2 + CHUNK[:1280], settled: float = 0.16, **plan: object) -> None:
        self.loop = ManualLoop()
        self.sink = Sink(self.loop)
        self.done = 0
        self.errors: list[Exception] = []
        self.pacing = Histogram()
        self.sender = FileSender(
            RunPlan(endpoint="e", source=WavSource(path="x.wav"), **plan),
            MemoryChunkSource(audio, len(CHUNK), loop=False, limit_bytes=None),
            lambda: self.loop.now_s,
            self.pacing,
            silence_max_s=1.0,
            settled=lambda silent_s: silent_s >= settled - 1e-9,
            on_begin=lambda _started_s: None,
            on_audio_end=lambda: None,
            on_done=self._on_done,
            on_error=self.errors.append,
        )
        self.sender.start(self.sink, self.loop)

    def _on_done(self) -> None:
        self.done += 1

    def run(self) -> None:
        while self.loop.due_s is not None:
            self.loop.fire()


def test_each_chunk_leaves_when_its_last_sample_was_spoken():
    bench = Bench()
    bench.run()
    moments = [round(at - 100.0, 6) for at, _ in bench.sink.sent]
    # Two whole chunks, half a chunk, then silence, first to fill that one up, until settled.
    assert moments == [0.08, 0.16, 0.2, 0.24, 0.32, 0.4]
    assert [len(chunk) for _, chunk in bench.sink.sent] == [2560, 2560, 1280, 1280, 2560, 2560]
    assert set(bench.sink.sent[3][1]) == {0}
    assert bench.sender.audio_end_s == pytest.approx(0.2)
    assert bench.done == 1
    assert bench.sender.late_chunks == 0


def test_after_a_stall_at_most_two_chunks_leave_at_once_and_the_plan_is_caught_up_with():
    bench = Bench(audio=CHUNK * 40)
    bench.loop.fire()
    bench.loop.fire(at_s=101.4)
    assert len(bench.sink.sent) == 3
    bench.run()
    moments = [at for at, _ in bench.sink.sent]
    assert max(moments.count(moment) for moment in moments) == 2
    # Late chunks are counted, and the end stands where the plan has it: nothing drifts.
    assert bench.sender.late_chunks > 10
    assert moments[39] == pytest.approx(100.0 + 40 * 0.08)


def test_pacing_never_drifts_when_every_timer_is_late():
    bench = Bench(audio=CHUNK * 500)
    while bench.loop.due_s is not None:
        bench.loop.fire(at_s=bench.loop.due_s + 0.003)
    assert bench.sink.sent[499][0] == pytest.approx(100.0 + 500 * 0.08 + 0.003)
    assert bench.pacing.percentiles().p99_ms == pytest.approx(3.0, rel=0.01)


def test_a_timer_that_fires_early_sends_nothing():
    bench = Bench()
    bench.loop.due_s -= 0.01
    bench.loop.fire()
    assert bench.sink.sent == []
    assert bench.loop.due_s == pytest.approx(100.08)


def test_silence_ends_after_its_longest_time_when_the_turn_never_ends():
    bench = Bench(settled=1e9)
    bench.run()
    assert bench.sender.audio_clock.audio_s - bench.sender.audio_end_s == pytest.approx(1.0, abs=0.081)
    assert bench.done == 1


def test_a_transport_that_fails_ends_the_sending_and_is_told_once():
    bench = Bench()
    bench.sink.fail_at = 1
    bench.run()
    assert [str(error) for error in bench.errors] == ["gone"]
    assert len(bench.sink.sent) == 1
    assert bench.done == 0


def test_stop_sends_nothing_more():
    bench = Bench()
    bench.loop.fire()
    bench.sender.stop()
    assert bench.loop.due_s is None
    assert bench.done == 0


async def test_a_real_loop_keeps_the_pace():
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    sent: list[float] = []

    class Real:
        def send_audio(self, chunk: bytes) -> None:
            sent.append(loop.time())

    sender = FileSender(
        RunPlan(endpoint="e", source=WavSource(path="x.wav"), chunk_s=0.02),
        MemoryChunkSource(bytes(640 * 10), 640, loop=False, limit_bytes=None),
        loop.time,
        Histogram(),
        silence_max_s=1.0,
        settled=lambda _: True,
        on_begin=lambda _started_s: None,
        on_audio_end=lambda: None,
        on_done=done.set,
        on_error=lambda error: None,
    )
    sender.start(Real(), SharedTimers(loop.time))
    await done.wait()
    assert len(sent) == 10
    assert all(at >= sender.started_s + (k + 1) * 0.02 - 0.001 for k, at in enumerate(sent))


def test_the_audio_clock_finds_the_moments_of_an_audio_second():
    clock = AudioClock()
    clock.sent(0.08, 10.08, 10.081)
    clock.sent(0.08, 10.16, 10.2)
    assert clock.find(0.08) == pytest.approx((10.08, 10.081))
    assert clock.find(0.1) == pytest.approx((10.1, 10.2))
    assert clock.find(0.16) == pytest.approx((10.16, 10.2))
    assert clock.find(0.165) == pytest.approx((10.16, 10.2)), "servers round to hundredths of a second"
    assert clock.find(0.17) is None, "audio that was not sent yet"
    clock.sent(0.001, 10.161, 10.21, paced=True)
    assert clock.find(0.166) == pytest.approx((10.161, 10.21)), "also after a last chunk that is shorter than that"


def test_the_audio_clock_keeps_some_minutes_and_extrapolates_what_was_before():
    clock = AudioClock()
    for k in range(2 * AudioClock.KEPT + 1):
        clock.sent(0.08, (k + 1) * 0.08, (k + 1) * 0.08)
    assert clock.find(1.0) == pytest.approx((1.0, 1.0)), "an answer that comes so late counts"
    size_bytes = len(clock._records)
    for k in range(3 * AudioClock.KEPT):
        if k % 61 == 0:
            assert clock.find(clock.audio_s) == pytest.approx((clock.audio_s, clock.audio_s))
            assert clock.find(clock.audio_s - 100.0) == pytest.approx(
                (clock.audio_s - 100.0, clock.audio_s - 99.92), abs=0.081
            )
            assert clock.find(clock.audio_s + 0.02) is None
        clock.sent(0.08, clock.audio_s + 0.08, clock.audio_s + 0.08)
    assert len(clock._records) == size_bytes, "the oldest are replaced"


def test_the_audio_clock_finds_chunks_of_any_length_and_keeps_the_errors_of_those_that_count():
    clock, ends_s, errors_s = AudioClock(), [], []
    for k in range(3 * AudioClock.KEPT):
        is_tiny = k % 7 == 3
        duration_s = 0.000125 if is_tiny else (0.08, 0.02, 0.5)[k % 3]
        clock.sent(duration_s, float(k), k + 0.001 * (k % 5), paced=not is_tiny)
        ends_s.append(clock.audio_s)
        if not is_tiny:
            errors_s.append(0.001 * (k % 5))
        if k % 97 == 0:
            for back in range(0, min(k, AudioClock.KEPT), 61):
                moments = clock.find(ends_s[k - back])
                # A tiny chunk is shorter than what servers round to: the one before it counts as well.
                assert moments is not None
                assert k - back - 1 <= round(moments.send_s - 0.002) <= k - back
    assert list(clock.recent_errors_s(70)) == pytest.approx(errors_s[-60:])
    assert len(AudioClock().recent_errors_s(750)) == 0


@pytest.mark.parametrize(
    ("errors_s", "late"),
    [
        ([], False),
        ([0.04] * 100, False),
        ([0.001] * 99 + [2.0], False),
        ([0.001] * 98 + [0.041, 2.0], True),
        ([9.5], True),
    ],
)
def test_this_machine_was_late_where_its_pacing_would_make_a_run_invalid(errors_s: list[float], *, late: bool):
    assert is_late(np.array(errors_s)) is late


class SlowDisk(MemoryChunkSource):
    """Its third chunk is read only when the test says so."""

    is_read = False

    def take(self) -> bytes | None:
        third = self._position == 2 * len(CHUNK)
        return None if third and not self.is_read else super().take()


def test_a_chunk_that_is_not_read_in_time_leaves_late_and_the_rest_on_time():
    bench = Bench()
    chunks = bench.sender._chunks = SlowDisk(CHUNK * 10, len(CHUNK), loop=False, limit_bytes=None)
    while bench.loop.due_s is not None and bench.loop.due_s < 100.45:
        bench.loop.fire()
    assert len(bench.sink.sent) == 2
    chunks.is_read = True
    bench.run()
    moments = [round(at - 100.0, 6) for at, _ in bench.sink.sent]
    assert 0.45 <= moments[2] < 0.47
    assert moments[9] == pytest.approx(0.8)
    assert 2 <= bench.sender.late_chunks <= 5
