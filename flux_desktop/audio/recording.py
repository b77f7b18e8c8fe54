"""An audio file as Flux takes it: signed 16-bit mono samples at a rate that Flux accepts.

The one reader of window, command line, engine and built-in endpoint, so that all of them give the same length and
the same refusal. Samples are read block by block. Everything here blocks: call it off the event loop.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from flux_desktop.audio import wav
from flux_desktop.audio.source_file import open_audio, open_problem
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.flux.defaults import SAMPLE_RATE_HZ, SAMPLE_RATES_HZ

BLOCK_FRAMES = 1 << 16
FILE_BYTES_MAX = 2 * 1024**3
"""Three hours at 48 kHz in stereo; a run holds the whole recording in memory."""
_FORMAT_NAMES = {wav.FLOAT: "floating point", wav.ALAW: "A-law", wav.MULAW: "mu-law", 0x0011: "ADPCM", 0x0055: "MP3"}
_CONTAINERS = (
    (b"riff\x2e\x91\xcf\x11", "a Sony Wave64 file"),
    (b"RIFX", "a big-endian WAV file"),
    (b"FORM", "an AIFF file"),
    (b"fLaC", "a FLAC file"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3 file"),
    (b"\xff\xfb", "an MP3 file"),
    (b"caff", "a Core Audio file"),
    (b".snd", "an AU file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
)
_CHOOSE = "Choose another recording."

Samples = NDArray[np.int16]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an audio file before its samples are read.

    `sample_rate_hz` and `frames` describe the samples that `blocks` yields, `channels` the file. `notes` are
    sentences for the user about what is done to the recording.
    """

    path: Path
    sample_rate_hz: int
    channels: int
    frames: int
    layout: wav.WavLayout
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the audio in seconds."""
        return self.frames / self.sample_rate_hz

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[Samples]:
        """The mono samples, `frames` at a time (the last block is shorter). Raises `ProblemError` if reading fails."""
        with open_audio(self.path) as file:
            file.seek(self.layout.data_offset)
            left = self.frames
            while left > 0:
                try:
                    data = file.read(min(frames, left) * self.layout.frame_bytes)
                except OSError as error:
                    raise ProblemError(open_problem(self.path, error)) from error
                samples = _mono(np.frombuffer(data[: len(data) - len(data) % self.layout.frame_bytes], "<i2"), self)
                if not len(samples):
                    return  # the file has become shorter since it was opened
                left -= len(samples)
                yield samples

    def pcm(self) -> bytes:
        """All samples as signed 16-bit little-endian."""
        return b"".join(block.tobytes() for block in self.blocks())


def open_recording(path: str | Path) -> Recording:
    """Read a file's header, and decide how its samples are obtained.

    Raises `ProblemError`: ``audio_not_found``, ``audio_unreadable``, ``audio_empty``, ``audio_unsupported``.
    """
    with open_audio(path) as file:
        path = Path(path)
        try:
            head = file.read(16)
            if not head:
                raise _empty(path, "It has a length of 0 bytes.")
            if not wav.is_wav(head):
                raise _unsupported(path, f"It is {_container(head)}.")
            layout = wav.read_layout(file)
        except OSError as error:
            raise ProblemError(open_problem(path, error)) from error
        except wav.WavError as error:
            raise _unsupported(path, str(error)) from error
    _check(layout, path)
    frames = layout.data_bytes // layout.frame_bytes
    if not frames:
        raise _empty(path, "Its header is followed by no samples.")
    return Recording(
        path=path,
        sample_rate_hz=layout.sample_rate_hz,
        channels=layout.channels,
        frames=frames,
        layout=layout,
        notes=tuple(_notes(layout, path, frames / layout.sample_rate_hz)),
    )


def _check(layout: wav.WavLayout, path: Path) -> None:
    if layout.format_tag != wav.PCM:
        name = _FORMAT_NAMES.get(layout.format_tag, f"format {layout.format_tag:#06x}")
        raise _unsupported(path, f"Its samples are stored as {name}, not PCM.")
    if layout.bits != 16:
        raise _unsupported(path, f"Its samples have {layout.bits} bits, not 16.")
    if layout.channels > 2:
        raise _unsupported(path, f"It has {layout.channels} channels; only mono and stereo are supported.")
    if layout.sample_rate_hz not in SAMPLE_RATES_HZ:
        accepted = ", ".join(map(str, SAMPLE_RATES_HZ[:-1]))
        raise _unsupported(
            path, f"Its sample rate is {layout.sample_rate_hz} Hz; Flux accepts {accepted} or {SAMPLE_RATES_HZ[-1]} Hz."
        )
    if layout.data_bytes > FILE_BYTES_MAX:
        raise ProblemError(
            Problem(
                code="audio_unreadable",
                what=f"{path.name} is too large.",
                why=f"It has {layout.data_bytes / 1024**3:.1f} GiB; the limit is {FILE_BYTES_MAX // 1024**3} GiB.",
                todo="Split it into shorter files.",
            )
        )


def _notes(layout: wav.WavLayout, path: Path, duration_s: float) -> Iterator[str]:
    if layout.is_truncated:
        yield f"{path.name} is truncated: its header states more audio than the {duration_s:.1f} s in the file."
    if layout.data_bytes % layout.frame_bytes:
        yield f"{path.name} ends with an incomplete sample, which is left out."
    if layout.channels == 2:
        yield f"{path.name} is stereo: both channels are mixed into one, as Flux takes mono."


def _mono(samples: Samples, recording: Recording) -> Samples:
    if recording.channels == 1:
        return samples
    left, right = samples[0::2].astype(np.int32), samples[1::2].astype(np.int32)
    return ((left + right) >> 1).astype("<i2")


def _container(head: bytes) -> str:
    return next((name for magic, name in _CONTAINERS if head.startswith(magic)), "not an audio file of a known kind")


def _empty(path: Path, why: str) -> ProblemError:
    return ProblemError(Problem(code="audio_empty", what=f"{path.name} contains no audio.", why=why, todo=_CHOOSE))


def _unsupported(path: Path, why: str) -> ProblemError:
    # An absolute path, so that a name that begins with a hyphen is not taken for an option.
    quoted, out = shlex.quote(str(path.absolute())), shlex.quote(f"./{path.stem}-16k.wav")
    return ProblemError(
        Problem(
            code="audio_unsupported",
            what=f"{path.name} is not a 16-bit PCM WAV file that Flux accepts.",
            why=why,
            todo=f"Convert it: ffmpeg -i {quoted} -ac 1 -ar {SAMPLE_RATE_HZ} -c:a pcm_s16le {out}",
        )
    )
