"""Whether a compressed recording can be decoded to its end, found before it is sent. Blocks.

`open_recording` finds a missing end; damage before the end only shows in decoding. A recording of up to
`DECODED_SAMPLES_MAX` samples is decoded whole (16 kHz mono: half an hour, which takes about a second). Of a longer one
the structure is checked: the headers of all frames of MP3 (`containers.mp3`) and FLAC, and the pages of Ogg with their
checksums.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flux_desktop.audio import decoding, wav
from flux_desktop.audio.containers import flac, ogg
from flux_desktop.audio.containers.view import read_at
from flux_desktop.audio.decoding import DecodeError
from flux_desktop.audio.recording import Recording, undecodable
from flux_desktop.audio.source_file import open_audio, open_problem
from flux_desktop.base.problem import ProblemError

DECODED_SAMPLES_MAX = 30_000_000
_REMEMBERED = 4096


def samples_to_decode(recording: Recording) -> int:
    """How much work it is to decode it whole: samples of all channels; 0 where that would tell nothing."""
    if not recording.is_compressed:
        return 0
    return round(recording.duration_s * recording.file_rate_hz) * recording.channels


def check_intact(recording: Recording, samples_max: int = DECODED_SAMPLES_MAX) -> None:
    """Raises `ProblemError` ``audio_unsupported``. A file that has not changed since is not decoded again."""
    samples = samples_to_decode(recording)
    if not samples:
        return
    try:
        facts = recording.path.stat()
    except OSError as error:
        raise ProblemError(open_problem(recording.path, error)) from error
    damage = _damage(recording.path, recording.layout, samples <= samples_max, facts.st_size, facts.st_mtime_ns)
    if damage:
        raise undecodable(recording.path, damage)


@lru_cache(maxsize=_REMEMBERED)
def _damage(path: Path, layout: wav.WavLayout | None, is_whole: bool, _size: int, _modified_ns: int) -> str:
    """What is wrong with the file; empty for nothing."""
    with open_audio(path) as file:
        try:
            is_ogg = read_at(file, 0, 4) == ogg.MAGIC
            if is_ogg and ogg.is_damaged(file):
                return "It is damaged: a part of it is missing or was changed."
            description = decoding.describe(file, layout)
            if is_whole:
                decoded = decoding.count(file, layout)
                if description.frames is not None and decoded < description.frames:
                    return f"It is damaged: only {decoded / description.sample_rate_hz:.1f} s of it can be decoded."
            elif description.name.startswith("FLAC") and (damaged_s := flac.damaged_s(file)) is not None:
                return f"It is damaged after {damaged_s:.1f} s."
        except DecodeError as error:
            return str(error)
        except OSError as error:
            raise ProblemError(open_problem(path, error)) from error
    return ""
