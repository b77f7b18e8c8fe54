"""Overview of a recording for the window: length, format, loudness over time and reference words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.decoding import SUFFIXES
from flux_desktop.audio.intact import DECODED_SAMPLES_MAX, check_intact
from flux_desktop.audio.levels import FLOOR_DBFS, dbfs
from flux_desktop.audio.recording import Recording, open_recording, undecodable
from flux_desktop.audio.words import ReferenceWord, reference_transcript
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.usable import usable_clip
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.ui.models import text
from flux_desktop.ui.models.series import Floats

BINS = 400
_CLOCK_FROM_S = 600.0
"""Longer recordings have their length in minutes and hours."""


@dataclass(slots=True)
class WavShape:
    """A file's length, format and loudest sample (0 to 1) in each of at most `BINS` stretches."""

    path: Path
    duration_s: float
    sample_rate_hz: int
    channels: int
    peaks: Floats
    words: tuple[ReferenceWord, ...] = ()
    channel: Channel = "mix"
    """What is sent of a recording with several channels."""
    notes: tuple[str, ...] = ()
    """Sentences about what is done to the recording, and what is missing of it."""
    is_cut: bool = False
    """Its end is missing."""
    is_waveform_missing: bool = False
    """The recording is long, and `peaks` are still to be read."""

    def truth(self, *, looped: bool) -> SpokenWords | None:
        """What is said in the file, for measuring; None where no words file lies beside it."""
        return SpokenWords(self.words, self.duration_s, looped=looped) if self.words else None

    def level_dbfs(self, position_s: float) -> float:
        """How loud the file is there, as far as its shape tells: the loudest sample of that stretch."""
        if not len(self.peaks) or not self.duration_s:
            return FLOOR_DBFS
        at = int(position_s % self.duration_s / self.duration_s * len(self.peaks))
        return dbfs(float(self.peaks[min(at, len(self.peaks) - 1)]))

    @property
    def missing(self) -> str:
        """A sentence about an end that is missing; empty for a whole recording."""
        return self.notes[0] if self.is_cut else ""

    def describe(self) -> str:
        """Length and format in words."""
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        if self.channels > 1:
            channels += " mixed" if self.channel == "mix" else f", {self.channel}"
        length = f"{self.duration_s:.1f} s" if self.duration_s < _CLOCK_FROM_S else text.clock(self.duration_s)
        return f"{length} · {self.sample_rate_hz / 1000:g} kHz · {channels}"


def is_audio_name(name: str) -> bool:
    """Whether a file's name ends as those of recordings do."""
    return name.lower().endswith(SUFFIXES)


def read_clip_shape(clip: Clip, channel: Channel) -> WavShape:
    """Read one clip of a data set, which may be a part of a recording; for a thread. Raises `ProblemError`."""
    one = usable_clip(clip, channel)
    shape = _shape(one.recording, one.duration_s, clip.words)
    shape.peaks = np.array(_peaks(one.recording, one.first_frame, one.frames))
    return shape


def open_shape(path: Path, channel: Channel = "mix") -> WavShape:
    """Read a recording without its waveform: that of a long one takes time. Takes a second or two; for a thread.

    Raises `ProblemError` for one that cannot be streamed.
    """
    recording = open_recording(path, channel)
    check_intact(recording)
    transcript = reference_transcript(path)
    return _shape(recording, recording.duration_s, transcript.words if transcript is not None else ())


def read_shape(path: Path, channel: Channel = "mix") -> WavShape:
    """Read a recording with its waveform; for a thread. Raises `ProblemError` for one that cannot be streamed."""
    shape = open_shape(path, channel)
    shape.peaks = read_peaks(path, channel)
    return shape


def read_shape_soon(path: Path, channel: Channel = "mix") -> WavShape:
    """As `read_shape`; of a recording that takes longer than a second or two the waveform is left for later."""
    shape = open_shape(path, channel)
    if shape.duration_s * shape.sample_rate_hz * shape.channels > DECODED_SAMPLES_MAX:
        shape.is_waveform_missing = True
    else:
        shape.peaks = read_peaks(path, channel)
    return shape


def read_peaks(path: Path, channel: Channel, on_progress: Callable[[float], bool] = lambda _: True) -> Floats:
    """The loudest sample (0 to 1) in each of at most `BINS` stretches: decodes the whole file.

    `on_progress` is called with the share that is done, and ends the reading by returning False. Raises
    `ProblemError`, also for a file that can be decoded in part only.
    """
    recording = open_recording(path, channel)
    return np.array(_peaks(recording, 0, recording.frames, on_progress))


def _shape(recording: Recording, duration_s: float, words: tuple[ReferenceWord, ...]) -> WavShape:
    return WavShape(
        recording.path,
        duration_s,
        recording.sample_rate_hz,
        recording.channels,
        np.zeros(0),
        words,
        recording.channel,
        recording.notes,
        recording.is_cut,
    )


def _peaks(
    recording: Recording, first: int, frames: int, on_progress: Callable[[float], bool] = lambda _: True
) -> list[float]:
    per_bin = max(1, -(-frames // BINS))
    peaks: list[float] = []
    position, rest, last = 0, np.zeros(0, np.int32), first + frames
    for samples in recording.blocks():
        part = samples[max(0, first - position) : max(0, last - position)]
        position += len(samples)
        loudness = np.concatenate([rest, np.abs(part.astype(np.int32))])
        is_last = position >= last
        whole = len(loudness) if is_last else len(loudness) - len(loudness) % per_bin
        if whole:
            bins = np.arange(0, whole, per_bin)
            peaks += (np.maximum.reduceat(loudness[:whole], bins) / 32768).tolist()
        rest = loudness[whole:]
        if is_last or not on_progress(position / last):
            return peaks
    raise undecodable(recording.path, f"It is damaged after {position / recording.sample_rate_hz:.1f} s.")
