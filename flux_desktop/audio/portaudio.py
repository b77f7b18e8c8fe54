"""Access to PortAudio: import it, silence its libraries, decode its device names, explain its errors.

PortAudio freezes its list of devices when it starts, and its ALSA and JACK layers write to standard error.
"""

from __future__ import annotations

import contextlib
import io
import locale
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flux_desktop.base.problem import Problem, ProblemError


def load() -> Any:
    """The PyAudio module. Raises `ProblemError` ``audio_library_missing``."""
    try:
        # PyAudio prints to standard output when it cannot be loaded, where a child process answers.
        with contextlib.redirect_stdout(io.StringIO()):
            import pyaudio
    except (ImportError, OSError) as error:
        problem = Problem(
            code="audio_library_missing",
            what="The sound library PortAudio cannot be loaded.",
            why=f"{error}.",
            todo="Install PortAudio (Debian: libportaudio2 with libasound2); recordings can be streamed without it.",
        )
        raise ProblemError(problem) from error
    return pyaudio


@contextmanager
def quiet() -> Iterator[None]:
    """Discard standard error, which C libraries write to directly.

    This affects the whole process, so use it only while PortAudio starts.
    """
    with open(os.devnull, "wb") as null:
        saved = os.dup(2)
        try:
            os.dup2(null.fileno(), 2)
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


#: PortAudio's error numbers (portaudio.h, PaErrorCode).
_INVALID_CHANNELS, _INVALID_RATE, _INVALID_DEVICE, _UNAVAILABLE = -9998, -9997, -9996, -9985


def opening_problem(error: Exception, device: str) -> Problem:
    """Why a microphone cannot be opened. PyAudio's errors have ``(text, number)`` or ``(number, text)``."""
    numbers = [part for part in error.args if isinstance(part, int)]
    number = numbers[0] if numbers else 0
    text = next((str(part) for part in error.args if isinstance(part, str)), str(error)).rstrip(".")
    if number == _INVALID_DEVICE or "No Default Input" in text:
        return no_microphone()
    if number == _UNAVAILABLE:
        return Problem(
            code="microphone_busy",
            what=f"The microphone {device} is not available.",
            why="Another program is using it, or it has just been unplugged.",
            todo="Close the other program or choose another microphone.",
        )
    if number in (_INVALID_RATE, _INVALID_CHANNELS):
        return Problem(
            code="microphone_format",
            what=f"The microphone {device} does not support a format that Flux accepts.",
            why=f"PortAudio reports: {text}.",
            todo="Choose another sample rate or microphone. On Linux, “pulse” and “default” convert formats.",
        )
    return Problem(
        code="microphone_failed",
        what=f"The microphone {device} cannot be opened.",
        why=f"PortAudio reports: {text}.",
        todo="Check the sound settings or choose another microphone.",
    )


def no_microphone() -> Problem:
    """Problem of a machine without an input device."""
    return Problem(
        code="microphone_missing",
        what="No microphone was found.",
        why="This machine has no input device, or the sound server does not offer it to this program.",
        todo="Connect one and allow access to it, or stream a recording instead.",
    )


CHECK_OUTPUT = "Connect loudspeakers or headphones, or check the sound settings."


NO_OUTPUT = "no_sound_output"


def no_output(error: Exception) -> Problem:
    """Problem of a machine on which nothing can be played."""
    words = next((str(part) for part in error.args if isinstance(part, str)), str(error)).rstrip(".")
    return Problem(
        code=NO_OUTPUT,
        what="There is no sound output.",
        why=f"PortAudio reports: {words}.",
        todo=CHECK_OUTPUT,
    )


LIST_HINT = "List the microphones with “flux-stress microphone --list-devices” and choose one of them."


def unknown_index(index: int) -> Problem:
    """Problem of a device number that PortAudio does not know."""
    return Problem(
        code="microphone_unknown",
        what=f"There is no microphone with the number {index}.",
        why="Numbers change when sound devices are connected or removed.",
        todo=LIST_HINT,
    )


def not_an_input(name: str) -> Problem:
    """Problem of a device that only plays sound."""
    return Problem(
        code="microphone_unknown",
        what=f"The sound device “{name}” is not a microphone: it has no input channels.",
        todo=LIST_HINT,
    )


def device_text(name: str | bytes) -> str:
    """A device's name as text. PyAudio returns the bytes of a name that is not UTF-8.

    Such a name is in the encoding of the system, or else probably in Latin-1, which can decode any bytes.
    """
    if isinstance(name, str):
        return name
    with contextlib.suppress(UnicodeDecodeError, LookupError):
        return name.decode(locale.getencoding())
    return name.decode("latin-1")


def distinct_names(audio: Any, infos: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names that tell devices apart, for what PortAudio says of each; all inputs or all outputs are given.

    PortAudio lists a device of Windows once for each sound interface (MME, DirectSound, WASAPI, WDM-KS). Names that
    are still equal, as of two devices of one kind, are numbered.
    """
    names = [device_text(info["name"]) for info in infos]
    times, earlier = Counter(names), Counter[str]()
    for place, info in enumerate(infos):
        if times[names[place]] > 1:
            interface = audio.get_host_api_info_by_index(info["hostApi"])
            names[place] += f" ({device_text(interface['name'])})"
        earlier[names[place]] += 1
        if earlier[names[place]] > 1:
            names[place] += f" {earlier[names[place]]}"
    return names
