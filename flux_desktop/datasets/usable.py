"""Which clips of a data set can be streamed: the part of each recording that is sent, or why it cannot be. Blocks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.full_scale import clipping_note
from flux_desktop.audio.intact import DECODED_SAMPLES_MAX, check_intact, samples_to_decode
from flux_desktop.audio.recording import Recording, open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import BadEntry, Clip

OPENED_MAX = 2_000
"""So many recordings are opened before a run, which takes a few seconds at most."""
_STATED_LONGER_MAX_S = 0.5
"""A stated duration may exceed the audio by so much: tools differ a little in the length of an MP3 file."""
_LEFT_OUT = "It is left out, as its reference text would cover what is missing."


class UsableClip(msgspec.Struct, frozen=True):
    """A clip with its recording, and the part of it that is sent, in samples of the recording."""

    clip: Clip
    recording: Recording
    first_frame: int
    frames: int

    @property
    def duration_s(self) -> float:
        """Length of the part that is sent."""
        return self.frames / self.recording.sample_rate_hz


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for the clips of a data set, by their place in it."""

    usable: dict[int, UsableClip]
    bad: dict[int, BadEntry]
    clipped: int = 0
    """Recordings with samples beyond full scale, as far as these were looked at."""
    undecoded: int = 0
    """Compressed recordings of which only the structure was checked, or nothing: there are too many to decode."""


def usable_clip(clip: Clip, channel: Channel, sample_rate_hz: int | None = None) -> UsableClip:
    """Open the recording of a clip; `channel` is that of recordings for which the data set states none.

    Raises `ProblemError` for one that cannot be opened, that ends before the clip begins, that is shorter than the
    clip is stated to be, or whose end is missing from the clip.
    """
    recording = open_recording(clip.path, clip.channel or channel, sample_rate_hz)
    first = round(clip.offset_s * recording.sample_rate_hz)
    left = recording.frames - first
    wanted = left if clip.duration_s is None else round(clip.duration_s * recording.sample_rate_hz)
    if left <= 0:
        raise _unusable(clip, f"It ends before the clip begins, at {clip.offset_s:g} s.")
    if recording.is_cut and (clip.duration_s is None or wanted > left):
        raise _unusable(clip, f"Its end is missing, after {recording.duration_s:.2f} s of audio. {_LEFT_OUT}")
    if wanted > left + _STATED_LONGER_MAX_S * recording.sample_rate_hz:
        why = (
            f"It lasts {clip.duration_s:g} s as stated, but the recording has {left / recording.sample_rate_hz:.2f} s."
        )
        raise _unusable(clip, f"{why} {_LEFT_OUT}")
    return UsableClip(clip, recording, first, min(left, wanted))


def check_clips(clips: Sequence[Clip], channel: Channel) -> Checked:
    """Open each clip, and decode recordings for a second or two, the first ones first (see `audio.intact`)."""
    usable: dict[int, UsableClip] = {}
    bad: dict[int, BadEntry] = {}
    intact, undecoded, looked_at = set[Path](), set[Path](), set[Path]()  # many clips may be parts of one recording
    clipped, left = 0, DECODED_SAMPLES_MAX
    for number, clip in enumerate(clips[:OPENED_MAX]):
        try:
            one = usable_clip(clip, channel)
            samples = 0 if clip.path in intact else samples_to_decode(one.recording)
            if samples > left:
                undecoded.add(clip.path)
            else:
                check_intact(one.recording)
                intact.add(clip.path)
                left -= samples
            if one.recording.is_float and one.recording.frames <= left and clip.path not in looked_at:
                looked_at.add(clip.path)
                clipped += bool(clipping_note(one.recording))
                left -= one.recording.frames
            usable[number] = one
        except ProblemError as error:
            bad[number] = bad_entry(clip, error.problem)
    undecoded |= {clip.path for clip in clips[OPENED_MAX:]} - intact
    return Checked(usable=usable, bad=bad, clipped=clipped, undecoded=len(undecoded))


def bad_entry(clip: Clip, problem: Problem) -> BadEntry:
    """The clip as an entry that cannot be used."""
    return BadEntry(where=str(clip.path), why=f"{problem.what} {problem.why}".strip())


def _unusable(clip: Clip, why: str) -> ProblemError:
    what = f"{clip.path.name} cannot be used as a clip."
    return ProblemError(Problem(code="data_unusable", what=what, why=why))
