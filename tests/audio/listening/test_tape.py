"""The time line: parts of recordings at their places, repeated, cut off, read ahead; and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.listening.tape import AHEAD_S, Segment, Tape

RATE_HZ = 16_000


@pytest.fixture(params=["ramp.wav", "ramp.flac"])
def ramp(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Five seconds in which every sample tells its place, modulo 30,000."""
    path = tmp_path / str(request.param)
    soundfile.write(path, (np.arange(5 * RATE_HZ) % 30_000).astype(np.int16), RATE_HZ)
    return path


def whole(segments: list[Segment], seconds: int) -> np.ndarray:
    """The time line from its beginning on, as it is read while it is played."""
    tape = Tape(RATE_HZ)
    tape.set_segments(segments)
    parts = []
    for place in range(0, seconds * RATE_HZ, RATE_HZ // 2):
        while tape.read_ahead(place):
            pass
        assert tape.has(place, RATE_HZ // 2)
        parts.append(tape.take(place, RATE_HZ // 2))
    assert tape.problem is None
    return np.concatenate(parts)


def test_a_part_is_heard_at_its_place_and_silence_elsewhere(ramp: Path) -> None:
    line = whole([Segment(path=str(ramp), at_s=1.25, from_s=2.0, for_s=0.5)], 3)
    start = round(1.25 * RATE_HZ)
    part = (np.arange(2 * RATE_HZ, round(2.5 * RATE_HZ)) % 30_000).astype(np.int16)
    assert np.array_equal(line[start : start + len(part)], part)
    assert not line[:start].any()
    assert not line[start + len(part) :].any()


def test_a_recording_is_repeated_without_a_seam_until_its_end(ramp: Path) -> None:
    line = whole([Segment(path=str(ramp), at_s=0.0, repeats=True, until_s=11.5)], 13)
    once = (np.arange(5 * RATE_HZ) % 30_000).astype(np.int16)
    end = round(11.5 * RATE_HZ)
    assert np.array_equal(line[:end], np.tile(once, 3)[:end])
    assert not line[end:].any()


def test_another_rate_has_the_same_length(ramp: Path) -> None:
    tape = Tape(48_000)
    tape.set_segments([Segment(path=str(ramp), at_s=0.0, from_s=1.0, for_s=1.0)])
    while tape.read_ahead(0):
        pass
    first, second = tape.take(0, 48_000), tape.take(48_000, 48_000)
    assert abs(int(first[24_000]) - round(1.5 * RATE_HZ)) < 10
    assert not second.any()


def test_only_what_is_needed_is_kept(ramp: Path) -> None:
    tape = Tape(RATE_HZ)
    tape.set_segments([Segment(path=str(ramp), at_s=0.0, repeats=True)])
    for second in (0, 1, 60):
        while tape.read_ahead(second * RATE_HZ):
            pass
        assert len(tape._seconds) <= AHEAD_S + 2
    assert tape.has(60 * RATE_HZ, RATE_HZ)
    assert not tape.has(0, RATE_HZ)


def test_a_clip_that_is_added_leaves_what_has_been_read(ramp: Path) -> None:
    tape = Tape(RATE_HZ)
    first = Segment(path=str(ramp), at_s=0.0, for_s=1.0)
    tape.set_segments([first])
    while tape.read_ahead(0):
        pass
    tape.set_segments([first, Segment(path=str(ramp), at_s=2.0, for_s=1.0)])
    assert tape.has(0, 2 * RATE_HZ)
    assert not tape.has(2 * RATE_HZ, 1)
    while tape.read_ahead(0):
        pass
    assert tape.take(2 * RATE_HZ, 2)[1] == 1


def test_before_the_beginning_there_is_silence() -> None:
    tape = Tape(RATE_HZ)
    assert tape.has(-RATE_HZ, RATE_HZ)
    assert not tape.take(-10, 5).any()


def test_a_file_that_is_gone_is_silent_and_told(tmp_path: Path) -> None:
    tape = Tape(RATE_HZ)
    tape.set_segments([Segment(path=str(tmp_path / "gone.wav"), at_s=0.0)])
    while tape.read_ahead(0):
        pass
    assert not tape.take(0, RATE_HZ).any()
    assert tape.problem is not None
    assert tape.problem.code == "audio_not_found"
