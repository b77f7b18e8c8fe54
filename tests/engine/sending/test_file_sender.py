"""A recording at its pace, on a stepped clock."""

from __future__ import annotations

import pytest

from flux_desktop.flux.options import FluxOptions
from tests.engine.sending.fake_stream import CHUNK, FakeStream, Sending


def numbered(count: int) -> bytes:
    return b"".join(bytes([number]) * len(CHUNK) for number in range(1, count + 1))


def test_chunks_leave_when_their_last_sample_was_spoken_and_silence_follows() -> None:
    sending = Sending()
    sending.start(sending.file(audio=CHUNK * 2 + CHUNK[:1280]))
    sending.loop.step(5.0)
    assert sending.stream.moments_s == [0.08, 0.16, 0.2, 0.24, 0.32, 0.4]
    assert [len(chunk) for chunk in sending.stream.chunks] == [2560, 2560, 1280, 1280, 2560, 2560]
    assert set(b"".join(sending.stream.chunks[3:])) == {0}


def test_silence_is_in_the_encoding_of_the_stream() -> None:
    sending = Sending()
    sending.start(sending.file(audio=b"\x01" * 1280, options=FluxOptions(encoding="mulaw")))
    sending.loop.step(5.0)
    assert set(sending.stream.chunks[-1]) == {0xFF}


def test_silence_may_hold_line_noise() -> None:
    sending = Sending()
    sending.start(sending.file(line_noise_dbfs=-60.0))
    sending.loop.step(5.0)
    assert len(sending.stream.chunks[-1]) == len(CHUNK)
    assert len(set(sending.stream.chunks[-1])) > 2


def test_silence_ends_after_its_longest_time_where_nothing_settles() -> None:
    sending = Sending(settled_s=1e9)
    sender = sending.file()
    sending.start(sender)
    sending.loop.step(60.0)
    assert sender.audio_clock.audio_s - 0.24 == pytest.approx(1.0, abs=0.081)
    assert sending.reports == ["audio end", "done"]


def test_audio_that_was_due_during_a_pause_is_sent_late_and_in_order() -> None:
    sending = Sending()
    sender = sending.file(audio=numbered(20))
    sending.start(sender)
    sending.loop.step(0.41)
    sender.pause()
    sending.loop.step(0.8)
    other = FakeStream(sending.loop)
    sender.resume(other)
    sending.loop.step(5.0)
    assert [chunk[0] for chunk in sending.stream.chunks + other.chunks][:20] == list(range(1, 21))
    assert other.moments_s[0] == pytest.approx(1.25)
    assert max(other.moments_s.count(moment) for moment in other.moments_s) == 2, "no flood"
    assert other.moments_s[-3] == pytest.approx(1.6), "the plan is caught up with"
    assert sender.skipped_s == 0


def test_audio_that_falls_into_a_gap_is_skipped() -> None:
    sending = Sending()
    sender = sending.file(audio=numbered(20))
    sending.start(sender)
    sending.loop.step(0.41)
    sender.lose()
    sending.loop.step(0.4)
    sender.skip_gap()
    other = FakeStream(sending.loop)
    sender.resume(other)
    sending.loop.step(5.0)
    assert other.sent[0][0] == pytest.approx(0.88)
    assert other.chunks[0][0] == 11
    assert sender.skipped_s == pytest.approx(5 * 0.08)
    assert sender.late_chunks == 0
