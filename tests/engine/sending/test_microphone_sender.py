"""Frames of a microphone, on a stepped clock: what fits is kept during a pause, the rest is counted."""

from __future__ import annotations

import pytest

from flux_desktop.engine.sending.microphone_sender import HELD_S
from tests.engine.sending.fake_stream import CHUNK_S, FakeStream, Sending

HELD = round(HELD_S / CHUNK_S)


def test_a_frame_is_sent_as_it_comes() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sending.speak(sender, 5)
    assert sending.stream.moments_s == [0.08, 0.16, 0.24, 0.32, 0.4]
    assert sender.late_chunks == 0


def test_frames_before_the_start_are_ignored() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.speak(sender, 3)
    sending.start(sender)
    sender.push(b"\x07\x07", sending.loop.now_s - 0.01)
    sending.speak(sender, 1)
    assert len(sending.stream.sent) == 1
    assert sender.skipped_s == 0


def test_a_short_pause_loses_nothing() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sending.speak(sender, 2)
    sender.pause()
    sending.speak(sender, HELD)
    other = FakeStream(sending.loop)
    sender.resume(other)
    assert [chunk[0] for chunk in other.chunks] == list(range(3, 3 + HELD))
    assert sender.skipped_s == 0
    assert sender.late_chunks == HELD - 1


@pytest.mark.parametrize("chunk_s", [0.02, 0.08, 0.2])
def test_a_long_pause_keeps_the_newest_five_seconds_and_counts_the_rest(chunk_s: float) -> None:
    sending = Sending()
    sender = sending.microphone(chunk_s=chunk_s)
    sending.start(sender)
    frame = bytes(round(chunk_s * 32_000))
    for _ in range(2):
        sending.loop.step(chunk_s)
        sender.push(frame, sending.loop.now_s)
    sender.pause()
    for _ in range(round(12.0 / chunk_s)):
        sending.loop.step(chunk_s)
        sender.push(frame, sending.loop.now_s)
    held_s = round(HELD_S / chunk_s) * chunk_s
    assert sender.skipped_s == pytest.approx(12.0 - held_s)
    assert sender.audio_clock.audio_s == pytest.approx(2 * chunk_s + 12.0 - held_s), "where the new stream begins"
    other = FakeStream(sending.loop)
    sender.resume(other)
    assert len(other.sent) == round(HELD_S / chunk_s)
    assert sender.audio_clock.audio_s == pytest.approx(2 * chunk_s + 12.0)


def test_frames_after_the_end_are_neither_sent_nor_counted() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sending.speak(sender, 2)
    sender.stop()
    sending.speak(sender, 2 * HELD)
    assert len(sending.stream.sent) == 2
    assert (sender.skipped_s, sender.audio_clock.audio_s) == (0, pytest.approx(0.16))


def test_a_lost_stream_turns_held_frames_into_a_gap() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sender.pause()
    sending.speak(sender, 4)
    sender.lose()
    sending.speak(sender, 6)
    sender.skip_gap()
    assert sender.skipped_s == pytest.approx(10 * CHUNK_S)
    sender.resume(sending.stream)
    sending.speak(sender, 1)
    assert [chunk[0] for chunk in sending.stream.chunks] == [11]


def test_the_duration_ends_the_audio_and_frames_go_on_until_the_turn_has_ended() -> None:
    sending = Sending(settled_s=0.24)
    sender = sending.microphone(duration_s=0.8)
    sending.start(sender)
    sending.speak(sender, 40)
    assert sending.reports == ["audio end", "done"]
    assert sender.audio_end_s == pytest.approx(0.8)
    assert len(sending.stream.sent) == 13


def test_a_lost_device_is_replaced_by_silence_at_the_same_pace() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sending.speak(sender, 2)
    sender.device_lost(go_on=True)
    sending.loop.step(0.8)
    assert sending.stream.moments_s[2:] == pytest.approx([0.24 + 0.08 * n for n in range(10)])
    assert set(sending.stream.chunks[-1]) == {0}


def test_a_lost_device_ends_the_sending_where_that_is_chosen() -> None:
    sending = Sending()
    sender = sending.microphone()
    sending.start(sender)
    sending.speak(sender, 2)
    sender.device_lost(go_on=False)
    sending.loop.step(5.0)
    assert sending.reports == ["done"]
    assert len(sending.stream.sent) == 2
