"""Samples of a floating-point recording beyond ±1.0, full scale, which are clipped when they are sent. Blocks.

Of a recording the first `SAMPLES_MAX` are looked at (16 kHz mono: half an hour, which takes less than a second).
"""

from __future__ import annotations

import math

from flux_desktop.audio.decoding import DecodeError, Loudest, loudest
from flux_desktop.audio.recording import Recording, undecodable
from flux_desktop.audio.source_file import open_audio, open_problem
from flux_desktop.base.problem import ProblemError

SAMPLES_MAX = 30_000_000


def clipping_note(recording: Recording) -> str:
    """A sentence about what is clipped and what to do; empty for nothing. Raises `ProblemError` if reading fails."""
    if not recording.is_float:
        return ""
    samples_max = SAMPLES_MAX // recording.channels
    with open_audio(recording.path) as file:
        try:
            found = loudest(file, recording.layout, recording.channel, samples_max)
        except DecodeError as error:
            raise undecodable(recording.path, str(error)) from error
        except OSError as error:
            raise ProblemError(open_problem(recording.path, error)) from error
    return _note(recording.path.name, found, is_whole=found.samples < samples_max) if found.over else ""


def _note(name: str, found: Loudest, *, is_whole: bool) -> str:
    percent = 100 * found.over / found.samples
    share = f"{percent:.1f} %" if percent >= 0.1 else "less than 0.1 %"
    samples = f"{found.samples:,}" if is_whole else f"its first {found.samples:,}"
    beyond = f"{name} is clipped: {found.over:,} of {samples} samples ({share}) are beyond full scale, ±1.0."
    if not math.isfinite(found.peak):
        return f"{beyond} Export it again at a lower level."
    decibels = math.ceil(200 * math.log10(found.peak)) / 10
    return f"{beyond} Lower its level by {'' if is_whole else 'at least '}{decibels:.1f} dB to avoid that."
