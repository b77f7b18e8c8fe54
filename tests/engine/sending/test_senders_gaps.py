"""What a sender does with a gap in its stream: the plan goes on, and what was due in it is skipped, not sent late."""

from __future__ import annotations

import pytest

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.engine.sending.microphone_sender import MicrophoneSender
from tests.engine.sending.fake_stream import FakeStream, Sending
from tests.engine.sending.test_pacing import CHUNK, Bench, ManualLoop, Sink


def test_a_recording_goes_on_by_its_plan_after_a_gap():
    bench = Bench(audio=b"".join(bytes([number]) * 2560 for number in range(1, 21)))
    for _ in range(5):
        bench.loop.fire()
    bench.sender.lose()
    bench.loop.now_s = 100.0 + 0.08 * 9 + 0.01
    later = Sink(bench.loop)
    bench.sender.skip_gap()
    assert bench.sender.audio_clock.audio_s == pytest.approx(0.72)
    bench.sender.resume(later)
    bench.run()
    at_s, chunk = later.sent[0]
    assert (round(at_s - 100.0, 6), chunk[0]) == (0.8, 10), "the tenth chunk leaves when it would have left anyway"
    assert bench.sender.skipped_s == pytest.approx(4 * 0.08)
    assert bench.sender.late_chunks == 0
    assert bench.sender.chunks_sent == 5 + len(later.sent)
    assert bench.done == 1


def test_a_gap_that_swallows_the_end_ends_the_sending():
    bench = Bench(audio=CHUNK * 3)
    bench.loop.fire()
    bench.sender.lose()
    bench.loop.now_s += 30.0
    bench.sender.skip_gap()
    bench.sender.resume(Sink(bench.loop))
    bench.run()
    assert bench.done == 1


def test_a_stream_lost_in_its_idle_time_still_begins_when_it_should():
    sending = Sending()
    sender = sending.file(idle_before_audio_s=3.0)
    sending.start(sender)
    sending.loop.step(1.0)
    sender.lose()
    sending.loop.step(0.5)
    sender.skip_gap()
    other = FakeStream(sending.loop)
    sender.resume(other)
    sending.loop.step(5.0)
    assert other.moments_s[0] == pytest.approx(3.08)
    assert sending.stream.sent == []
    assert sender.skipped_s == 0.0


class LiveBench:
    """A microphone's sender, its frames by hand."""

    def __init__(self) -> None:
        self.loop = ManualLoop()
        self.sink = Sink(self.loop)
        self.done = 0
        self.sender = MicrophoneSender(
            RunPlan(endpoint="e", source=MicrophoneSource()),
            None,
            lambda: self.loop.now_s,
            Histogram(),
            silence_max_s=1.0,
            settled=lambda _: False,
            on_begin=lambda _started_s: None,
            on_audio_end=lambda: None,
            on_done=self._on_done,
            on_error=lambda _: None,
        )

    def _on_done(self) -> None:
        self.done += 1

    def start(self) -> None:
        self.sender.start(self.sink, self.loop)

    def hear(self, frames: int) -> None:
        for _ in range(frames):
            self.loop.now_s += 0.08
            self.sender.push(CHUNK, self.loop.now_s)


def test_frames_of_a_microphone_that_fall_into_a_gap_are_counted_and_never_sent():
    bench = LiveBench()
    bench.start()
    bench.hear(5)
    bench.sender.lose()
    bench.hear(4)
    bench.sender.skip_gap()
    bench.sender.resume(bench.sink)
    bench.hear(2)
    assert bench.sender.chunks_sent == len(bench.sink.sent) == 7
    assert bench.sender.skipped_s == pytest.approx(4 * 0.08)
    assert bench.sender.late_chunks == 0
    assert bench.sender.audio_clock.audio_s == pytest.approx(11 * 0.08)


@pytest.mark.parametrize("go_on", [True, False])
def test_a_microphone_that_goes_in_a_gap_is_not_forgotten(go_on):
    bench = LiveBench()
    bench.start()
    bench.hear(2)
    bench.sender.lose()
    bench.sender.device_lost(go_on=go_on)
    assert bench.done == (0 if go_on else 1)
    if not go_on:
        return
    bench.loop.now_s += 0.5
    bench.sender.skip_gap()
    bench.sender.resume(bench.sink)
    for _ in range(3):
        bench.loop.fire()
    assert len(bench.sink.sent) == 5
    assert set(bench.sink.sent[-1][1]) == {0}
    assert bench.sender.late_chunks == 0


@pytest.mark.parametrize("go_on", [True, False])
def test_a_microphone_that_goes_before_the_stream_is_open_is_not_forgotten(go_on):
    bench = LiveBench()
    bench.sender.device_lost(go_on=go_on)
    bench.start()
    assert bench.done == (0 if go_on else 1)
    if go_on:
        bench.loop.fire()
        assert len(bench.sink.sent) == 1
