"""The levels of what a connection sends, position by position."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.ui.models.audio_track import ClipLevels, ClipTrack, MicrophoneTrack, silences
from flux_desktop.ui.models.series import Series
from tests.ui.timelines import levels, track


def loud(values: object) -> list[int]:
    return np.flatnonzero(np.asarray(values) > 0.01).tolist()


def test_levels_are_found_by_position() -> None:
    clip_track = track((1.0, 1.1))
    assert loud(clip_track.peaks(0, 100)) == [50, 51, 52, 53, 54]
    assert loud(clip_track.peaks(52, 10)) == [0, 1, 2]
    assert len(clip_track.peaks(495, 20)) == 20
    assert loud(clip_track.peaks(495, 20)) == []


def test_several_clips_follow_one_another_with_silence_between_them() -> None:
    clip_track = ClipTrack()
    for start_s in (0.0, 3.0):
        clip_track.append(start_s)
    clip_track.fill(0, levels((0.0, 1.0), length_s=1.0))
    assert loud(clip_track.peaks(0, 200)) == list(range(50))
    clip_track.fill(1, levels((0.0, 0.1), length_s=5.0))
    assert loud(clip_track.peaks(0, 200)) == [*range(50), *range(150, 155)]
    assert clip_track.revision == 2


def test_a_clip_ends_where_the_next_one_begins() -> None:
    clip_track = ClipTrack()
    for start_s in (0.0, 1.0):
        clip_track.append(start_s)
    clip_track.fill(0, levels((0.0, 9.0)))
    clip_track.fill(1, levels())
    assert loud(clip_track.peaks(0, 200)) == list(range(50))


def test_a_loop_begins_again_and_again() -> None:
    clip_track = ClipTrack(is_looped=True)
    clip_track.append(0.0)
    clip_track.fill(0, ClipLevels(2.01, levels((0.0, 0.1), length_s=2.02).peaks, levels(length_s=2.02).rms))
    assert loud(clip_track.peaks(0, 220)) == [0, 1, 2, 3, 4, *range(101, 106), *range(201, 206)]


def test_silences_lie_between_two_parts_of_speech() -> None:
    clip_track = track((1.0, 2.0), (3.0, 4.0))
    assert clip_track.silent(0.5, 6.0) == [(2.0, 3.0)]
    assert clip_track.silent(2.5, 6.0) == []
    empty = ClipTrack()
    empty.append(0.0)
    assert empty.silent(0.0, 5.0) is None, "not known is not silent"
    assert silences(np.zeros(100, np.float32), 0.0) == []


def test_stated_holds_are_moved_to_their_clips_place() -> None:
    clip = levels(length_s=4.0)
    held = ClipLevels(4.0, clip.peaks, clip.rms, (Span(start_s=1.0, end_s=2.0),))
    clip_track = ClipTrack()
    clip_track.append(0.0)
    clip_track.fill(0, held)
    assert clip_track.known_holds(0.0, 4.0) == [(1.0, 2.0)]
    clip_track.append(4.0)
    assert clip_track.known_holds(0.0, 8.0) is None, "of the second clip they are not known yet"
    clip_track.fill(1, held)
    assert clip_track.known_holds(0.0, 8.0) == [(1.0, 2.0), (5.0, 6.0)]
    looped = ClipTrack(is_looped=True)
    looped.append(0.0)
    looped.fill(0, held)
    assert looped.known_holds(6.5, 14.0) == [(9.0, 10.0), (13.0, 14.0)]
    assert track((0.0, 1.0)).known_holds(0.0, 1.0) is None


def test_a_microphone_is_drawn_from_the_levels_of_its_frames() -> None:
    peak, rms = Series(), Series()
    for frame in range(1, 51):  # of 80 ms, each reported at its end, from 5 s of the run's clock on
        is_loud = frame <= 10 or frame > 30
        peak.append(5.0 + frame * 0.08, -6.0 if is_loud else -70.0)
        rms.append(5.0 + frame * 0.08, -20.0 if is_loud else -70.0)
    microphone_track = MicrophoneTrack(peak, rms, origin_s=5.0)
    values = microphone_track.peaks(0, 200)
    assert values[10] == pytest.approx(0.501, abs=0.001)
    assert values[60] < 0.001
    assert microphone_track.peaks(400, 5).tolist() == [0.0] * 5, "not heard yet"
    ((start_s, end_s),) = microphone_track.silent(0.0, 4.0) or [(0.0, 0.0)]
    assert (start_s, end_s) == (pytest.approx(0.8, abs=0.04), pytest.approx(2.4, abs=0.04))
    assert microphone_track.known_holds(0.0, 4.0) is None
