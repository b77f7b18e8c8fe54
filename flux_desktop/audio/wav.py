"""Reading a WAV file as Flux wants it: 16-bit PCM, one channel, at a rate that Flux knows.

The file is read by an own RIFF parser, because files from the wild lie about their lengths: recorders that were
cut off leave 0 or 0xFFFFFFFF there. No length in a header is believed beyond the bytes that are there.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from flux_desktop.base.problem import Problem, ProblemError

FLUX_SAMPLE_RATES_HZ = (8000, 16000, 24000, 44100, 48000)
DEFAULT_CHUNK_S = 0.08
#: Three hours at 48 kHz in stereo; a run holds the whole recording in memory.
MAX_FILE_BYTES = 2 * 1024**3

_PCM = 0x0001
_EXTENSIBLE = 0xFFFE
_PCM_SUBFORMAT = b"\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
_FORMAT_NAMES = {0x0003: "floating point", 0x0006: "A-law", 0x0007: "mu-law", 0x0011: "ADPCM", 0x0055: "MP3"}


class WavAudio(msgspec.Struct, frozen=True, kw_only=True):
    """A recording. `pcm` is mono, signed 16-bit little-endian; `channels` is what the file had.

    `notes` are sentences for the person about what was done to the recording.
    """

    path: Path
    sample_rate_hz: int
    pcm: bytes
    duration_s: float
    channels: int
    notes: tuple[str, ...] = ()


class _Format(NamedTuple):
    tag: int
    channels: int
    sample_rate_hz: int
    bits: int


def read_wav(path: str | Path) -> WavAudio:
    """Read a recording. Blocks while reading; call it off the event loop for long files.

    Raises `ProblemError`: ``wav_not_found``, ``wav_unreadable``, ``wav_empty``, ``wav_unsupported`` (with the
    ffmpeg command that converts the file).
    """
    path = Path(path)
    data = _read_file(path)
    if not data:
        raise ProblemError(
            Problem(code="wav_empty", what=f"{path.name} is empty.", why="It holds no bytes at all.", todo=_PICK)
        )
    notes: list[str] = []
    layout, samples = _find_samples(data, path, notes)
    frames = _decode(samples, layout, path, notes)
    if not len(frames):
        raise ProblemError(
            Problem(code="wav_empty", what=f"{path.name} holds no sound.", why="Its data part is empty.", todo=_PICK)
        )
    return WavAudio(
        path=path,
        sample_rate_hz=layout.sample_rate_hz,
        pcm=frames.tobytes(),
        duration_s=len(frames) / layout.sample_rate_hz,
        channels=layout.channels,
        notes=tuple(notes),
    )


_PICK = "Choose another recording."


def _read_file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise IsADirectoryError
        if not path.is_file() and path.exists():
            # A pipe gives its sound once, and a run reads it more than once; a device may never come to an end.
            why = "It is a pipe or a device."
            raise ProblemError(Problem(code="wav_unreadable", what=f"{path} is no file.", why=why, todo=_PICK))
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            why = f"It has {size / 1024**3:.1f} GiB; at most {MAX_FILE_BYTES // 1024**3} GiB are read."
            raise ProblemError(
                Problem(code="wav_unreadable", what=f"{path.name} is too large.", why=why, todo="Cut it with ffmpeg.")
            )
        return path.read_bytes()
    except (FileNotFoundError, ValueError) as error:  # a ValueError: no file can have such a name
        problem = Problem(
            code="wav_not_found",
            what=f"There is no file {path}.",
            why="It may have been moved or renamed.",
            todo="Check the path.",
        )
        raise ProblemError(problem) from error
    except IsADirectoryError as error:
        problem = Problem(code="wav_unreadable", what=f"{path} is a folder.", todo="Choose a WAV file in it.")
        raise ProblemError(problem) from error
    except OSError as error:
        problem = Problem(
            code="wav_unreadable",
            what=f"{path.name} cannot be read.",
            why=f"{error.strerror or error}.",
            todo="Check the file's permissions.",
        )
        raise ProblemError(problem) from error


def _find_samples(data: bytes, path: Path, notes: list[str]) -> tuple[_Format, memoryview]:
    """Walk the RIFF chunks to the format and the sample data."""
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise _unsupported(path, "It is not a WAV file.")
    layout: _Format | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = at + 8
        if name == b"fmt ":
            layout = _read_format(data[body : body + min(size, 64)], path)
        elif name == b"data":
            if layout is None:
                raise _unsupported(path, "Its header does not say how the sound is stored.")
            samples = memoryview(data)[body : body + size]
            if len(samples) < size:
                # A stream writer leaves 0xFFFFFFFF here, which promises nothing.
                if size < 0xFFFFFF00:
                    notes.append(f"{path.name} is cut off: its header promises more sound than it holds.")
            elif size == 0 and len(data) > body:
                # A recorder that was stopped hard never wrote the length; what follows is the sound.
                samples = memoryview(data)[body:]
            return layout, samples
        at = body + size + (size & 1)
    raise _unsupported(path, "It holds no sound data." if layout else "Its header is incomplete.")


def _read_format(header: bytes, path: Path) -> _Format:
    if len(header) < 16:
        raise _unsupported(path, "Its header is incomplete.")
    tag, channels = (int.from_bytes(header[i : i + 2], "little") for i in (0, 2))
    rate, bits = int.from_bytes(header[4:8], "little"), int.from_bytes(header[14:16], "little")
    if tag == _EXTENSIBLE and header[24:40] == _PCM_SUBFORMAT:
        tag = _PCM
    elif tag == _EXTENSIBLE and len(header) >= 26:
        tag = int.from_bytes(header[24:26], "little")
    if tag != _PCM:
        raise _unsupported(path, f"Its sound is stored as {_FORMAT_NAMES.get(tag, f'format {tag:#06x}')}, not PCM.")
    if bits != 16:
        raise _unsupported(path, f"Its samples have {bits} bits, not 16.")
    if channels not in (1, 2):
        raise _unsupported(path, f"It has {channels} channels; one or two can be used.")
    if rate not in FLUX_SAMPLE_RATES_HZ:
        known = ", ".join(map(str, FLUX_SAMPLE_RATES_HZ[:-1]))
        raise _unsupported(path, f"Its sample rate is {rate} Hz; Flux takes {known} or {FLUX_SAMPLE_RATES_HZ[-1]} Hz.")
    return _Format(tag, channels, rate, bits)


def _decode(samples: memoryview, layout: _Format, path: Path, notes: list[str]) -> np.ndarray:
    """Mono samples; an incomplete last frame is dropped."""
    frame_bytes = 2 * layout.channels
    if len(samples) % frame_bytes:
        notes.append(f"{path.name} ends inside a sample; the incomplete one was dropped.")
    values = np.frombuffer(samples[: len(samples) - len(samples) % frame_bytes], dtype="<i2")
    if layout.channels == 1:
        return values
    notes.append(f"{path.name} has two channels; they were mixed to one, because Flux takes one.")
    left, right = values[0::2].astype(np.int32), values[1::2].astype(np.int32)
    return ((left + right) >> 1).astype("<i2")


def _unsupported(path: Path, why: str) -> ProblemError:
    quoted, out = shlex.quote(str(path)), shlex.quote(f"{path.stem}-16k.wav")
    return ProblemError(
        Problem(
            code="wav_unsupported",
            what=f"{path.name} is not a 16-bit PCM WAV file that Flux can take.",
            why=why,
            todo=f"Convert it: ffmpeg -i {quoted} -ac 1 -ar 16000 -c:a pcm_s16le {out}",
        )
    )


# ---------------------------------------------------------------- chunks


def chunk_bytes(sample_rate_hz: int, chunk_s: float = DEFAULT_CHUNK_S, sample_bytes: int = 2) -> int:
    """Bytes of one chunk: whole samples, at least one. 80 ms at 16 kHz are 2560 bytes."""
    return max(1, round(sample_rate_hz * chunk_s)) * sample_bytes


def chunk(audio: WavAudio, index: int, chunk_s: float = DEFAULT_CHUNK_S) -> bytes:
    """Chunk `index` from 0; the last one is short, beyond it there is nothing (b"")."""
    size = chunk_bytes(audio.sample_rate_hz, chunk_s)
    return audio.pcm[index * size : (index + 1) * size]
