"""What the window knows of a WAV file before it is streamed: its length, and its shape for drawing."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flux_desktop.audio.levels import FLOOR_DBFS, dbfs
from flux_desktop.audio.words import ReferenceWord, reference_transcript
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.ui.models.series import Floats

BINS = 400
_READ_FRAMES = 1 << 16


@dataclass(slots=True)
class WavShape:
    """A file's length, format and loudest sample (0 to 1) in each of at most `BINS` stretches."""

    path: Path
    duration_s: float
    sample_rate_hz: int
    channels: int
    peaks: Floats
    words: tuple[ReferenceWord, ...] = ()

    def truth(self, *, looped: bool) -> SpokenWords | None:
        """What is said in the file, for measuring; None where no words file lies beside it."""
        return SpokenWords(self.words, self.duration_s, looped=looped) if self.words else None

    def level_dbfs(self, position_s: float) -> float:
        """How loud the file is there, as far as its shape tells: the loudest sample of that stretch."""
        if not len(self.peaks) or not self.duration_s:
            return FLOOR_DBFS
        at = int(position_s % self.duration_s / self.duration_s * len(self.peaks))
        return dbfs(float(self.peaks[min(at, len(self.peaks) - 1)]))

    def describe(self) -> str:
        """Length and format in words."""
        channels = {1: "mono", 2: "stereo, mixed to mono"}.get(self.channels, f"{self.channels} channels")
        return f"{self.duration_s:.1f} s · {self.sample_rate_hz / 1000:g} kHz · {channels}"


def read_shape(path: Path) -> WavShape:
    """Read a 16-bit PCM WAV file block by block; for a thread. Raises `ProblemError` for anything else."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2 or not file.getnframes():
                raise ProblemError(_not_pcm16(path))
            frames, channels = file.getnframes(), file.getnchannels()
            per_bin = max(1, -(-frames // BINS))
            loudest: list[float] = []
            while data := file.readframes(max(per_bin, _READ_FRAMES // per_bin * per_bin)):
                samples = np.abs(np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int32))
                starts = np.arange(0, len(samples), per_bin * channels)
                loudest += (np.maximum.reduceat(samples, starts) / 32768).tolist()
            rate = file.getframerate()
            script = reference_transcript(path)
            words = script.words if script is not None else ()
            return WavShape(path, frames / rate, rate, channels, np.array(loudest), words)
    except FileNotFoundError:
        raise ProblemError(
            Problem(code="wav_missing", what=f"The file {path.name} is not there.", todo="Choose another file.")
        ) from None
    except (wave.Error, EOFError, ZeroDivisionError):
        raise ProblemError(_not_pcm16(path)) from None
    except OSError as error:
        raise ProblemError(
            Problem(
                code="wav_unreadable",
                what=f"The file {path.name} cannot be read.",
                why=f"The system says: {error.strerror}.",
                todo="Check its permissions, or choose another file.",
            )
        ) from None


def _not_pcm16(path: Path) -> Problem:
    return Problem(
        code="wav_not_pcm16",
        what=f"{path.name} is not a 16-bit PCM WAV file.",
        todo=f"Convert it: ffmpeg -i {path.name} -ar 16000 -ac 1 -c:a pcm_s16le converted.wav",
    )
