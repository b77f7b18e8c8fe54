"""What all senders share, seen through the file sender: begin, idle time, keep-alive, failure, end of the audio."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.engine.sending.base import PAUSE_S, SPEECH_MIN_DBFS
from tests.engine.sending.fake_stream import CHUNK, FakeStream, Sending


def tone(rms_dbfs: float) -> bytes:
    """A chunk of a sine of this level."""
    peak = 32_768 * 10 ** (rms_dbfs / 20) * 2**0.5
    return (np.sin(np.arange(1280) * np.pi / 8) * peak).astype("<i2").tobytes()


def test_idle_time_is_kept_alive_with_single_samples_and_then_the_audio_begins() -> None:
    sending = Sending()
    sender = sending.file(idle_before_audio_s=25.0)
    sending.start(sender)
    sending.loop.step(24.9)
    assert sending.stream.sent == [(10.0, b"\x00\x00"), (20.0, b"\x00\x00")]
    assert sender.started_s is None
    sending.loop.step(30.0)
    assert sender.started_s == pytest.approx(125.0)
    assert sending.stream.moments_s[2:4] == [25.08, 25.16]
    assert sender.unplanned_s == pytest.approx(2 / 16000)
    assert sender.audio_clock.audio_s == pytest.approx(5 * 0.08 + 2 / 16000)


def test_a_keep_alive_interval_of_the_plan_holds_during_the_audio_too() -> None:
    sending = Sending()
    sending.start(sending.file(audio=CHUNK * 30, keepalive_interval_s=1.0))
    sending.loop.step(2.2)
    assert [moment for moment, chunk in sending.stream.sent if len(chunk) == 2] == [1.0, 2.0]


def test_nothing_is_sent_after_stop_and_nothing_is_reported() -> None:
    sending = Sending()
    sender = sending.file(keepalive_interval_s=1.0)
    sending.start(sender)
    sending.loop.step(0.1)
    sender.stop()
    sender.stop()
    sending.loop.step(60.0)
    assert len(sending.stream.sent) == 1
    assert (sending.reports, sending.loop.is_idle) == ([], True)


def test_the_end_of_the_audio_and_the_end_of_the_sending_are_reported_once_each() -> None:
    sending = Sending()
    sender = sending.file()
    sending.start(sender)
    sending.loop.step(60.0)
    assert sending.reports == ["audio end", "done"]
    assert sender.audio_end_s == pytest.approx(0.24)
    assert sender.sent_bytes == sum(map(len, sending.stream.chunks)) == 5 * len(CHUNK)


def test_a_stream_that_fails_pauses_the_sending_until_there_is_another_one() -> None:
    sending = Sending()
    sender = sending.file()
    sending.start(sender)
    sending.loop.step(0.1)
    sending.stream.failure = OSError("closed")
    sending.loop.step(1.0)
    assert [str(error) for error in sending.errors] == ["closed"]
    assert (sender.chunks_sent, sending.loop.is_idle) == (1, True)
    other = FakeStream(sending.loop)
    sender.resume(other)
    sending.loop.step(5.0)
    assert len(other.sent) == 4, "two of the recording, two of silence"
    assert sender.late_chunks > 0
    assert sending.reports == ["audio end", "done"]


def test_recent_errors_and_the_runs_histogram_have_the_same_values() -> None:
    sending = Sending()
    sender = sending.file(audio=CHUNK * 10)
    sending.start(sender)
    sending.loop.step(60.0)
    assert sending.pacing.n == sender.chunks_sent == len(sender.recent_errors_s) == 12
    assert max(sender.recent_errors_s) == pytest.approx(0.0, abs=1e-6)


def test_lateness_is_that_of_the_newest_audio() -> None:
    sending = Sending()
    sender = sending.file(audio=CHUNK * 100)
    sending.start(sender)
    sending.loop.step(1.0)
    sender.pause()
    sending.loop.step(3.0)
    sender.resume(sending.stream)
    sending.loop.step(0.1)
    assert sender.was_late(0.08)
    sending.loop.step(60.0)
    assert not sender.was_late(1.0)
    assert sender.was_late(60.0)


def test_the_newest_audio_decides_whether_the_speech_pauses() -> None:
    quiet_chunks = round(PAUSE_S / 0.08)
    sending = Sending()
    sender = sending.file(audio=tone(SPEECH_MIN_DBFS + 10) + tone(SPEECH_MIN_DBFS - 10) * quiet_chunks)
    sending.start(sender)
    sending.loop.step(0.09)
    assert not sender.is_in_pause
    sending.loop.step(0.08 * (quiet_chunks - 1))
    assert not sender.is_in_pause, "the loud chunk is still among the newest"
    sending.loop.step(0.08)
    assert sender.is_in_pause


def test_a_chunk_counts_as_late_from_half_of_its_length_on() -> None:
    sending = Sending()
    sender = sending.file(audio=CHUNK * 2)
    sending.start(sender)
    sending.loop.step(0.0)
    sender._send(CHUNK, sending.loop.now_s - 0.039)
    assert sender.late_chunks == 0
    sender._send(CHUNK, sending.loop.now_s - 0.041)
    assert sender.late_chunks == 1
