"""Getting at PortAudio: importing it, keeping its libraries quiet, and telling its errors as sentences.

PortAudio freezes its list of devices when it starts, and its ALSA and JACK layers write to standard error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flux_desktop.base.problem import Problem, ProblemError


def load() -> Any:
    """The PyAudio module. Raises `ProblemError` ``audio_library_missing``."""
    try:
        import pyaudio
    except (ImportError, OSError) as error:
        problem = Problem(
            code="audio_library_missing",
            what="The sound library PortAudio cannot be loaded.",
            why=f"{error}.",
            todo="Install PortAudio (Debian: libportaudio2); recordings can be streamed without it.",
        )
        raise ProblemError(problem) from error
    return pyaudio


@contextmanager
def quiet() -> Iterator[None]:
    """Send standard error to nowhere for a moment: C libraries write there past Python.

    It concerns the whole process, so it is used around starting PortAudio only.
    """
    with open(os.devnull, "wb") as nowhere:
        saved = os.dup(2)
        try:
            os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


#: PortAudio's error numbers (portaudio.h, PaErrorCode).
_INVALID_CHANNELS, _INVALID_RATE, _INVALID_DEVICE, _UNAVAILABLE = -9998, -9997, -9996, -9985


def opening_problem(error: Exception, device: str) -> Problem:
    """Why a microphone cannot be opened. PyAudio gives ``(text, number)`` or ``(number, text)``."""
    numbers = [part for part in error.args if isinstance(part, int)]
    number = numbers[0] if numbers else 0
    text = next((str(part) for part in error.args if isinstance(part, str)), str(error)).rstrip(".")
    if number == _INVALID_DEVICE or "No Default Input" in text:
        return no_microphone()
    if number == _UNAVAILABLE:
        return Problem(
            code="microphone_busy",
            what=f"The microphone {device} is not available.",
            why="Another program uses it, or it has just been unplugged.",
            todo="Close the other program, or choose another microphone.",
        )
    if number in (_INVALID_RATE, _INVALID_CHANNELS):
        return Problem(
            code="microphone_format",
            what=f"The microphone {device} does not offer a format that Flux takes.",
            why=f"PortAudio says: {text}.",
            todo="Choose another sample rate or microphone; on Linux the device “pulse” or “default” converts.",
        )
    return Problem(
        code="microphone_failed",
        what=f"The microphone {device} cannot be opened.",
        why=f"PortAudio says: {text}.",
        todo="Check the sound settings, or choose another microphone.",
    )


def no_microphone() -> Problem:
    """There is nothing to record from."""
    return Problem(
        code="microphone_missing",
        what="No microphone was found.",
        why="This machine has no input device, or the sound server does not offer it to this program.",
        todo="Plug one in and allow access to it; a recording can be streamed instead.",
    )
