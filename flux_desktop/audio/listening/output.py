"""A sound output, opened by name and filled by callbacks of PortAudio's own thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from flux_desktop.audio import portaudio
from flux_desktop.base.problem import Problem, ProblemError

BLOCK_S = 0.05
BLOCKS_AHEAD = 3
"""Number of blocks that PortAudio buffers."""

Fill = Callable[[int, float], bytes]
"""Gets the number of samples and when the first is heard (monotonic clock); returns them as 16-bit mono."""


class Output:
    """An output that is being filled; `fills` counts how often it has asked for sound."""

    def __init__(self, name: str, sample_rate_hz: int) -> None:
        self.name = name
        self.sample_rate_hz = sample_rate_hz
        self.fills = 0
        self.fill: Fill | None = None

    @property
    def is_running(self) -> bool:
        """Whether it plays: before that it only requests the blocks that it buffers."""
        return self.fills > BLOCKS_AHEAD

    def callback(self, _in: object, frames: int, times: dict[str, float], _status: int) -> tuple[bytes, int]:
        """Called on PortAudio's thread."""
        now_s = time.monotonic()
        delay_s = max(0.0, times["output_buffer_dac_time"] - times["current_time"])
        self.fills += 1
        fill = self.fill
        return (bytes(2 * frames) if fill is None else fill(frames, now_s + delay_s)), 0  # paContinue


@contextlib.contextmanager
def opened(name: str, sample_rate_hz: int) -> Iterator[Output]:
    """Open the output of this name, or the default one where it is empty.

    It has the requested rate if it supports that, else its own. Raises `ProblemError`.
    """
    module = portaudio.load()
    with portaudio.quiet():
        audio = module.PyAudio()
        try:
            info = find_output(audio, name)
            output = Output(portaudio.device_text(info["name"]), usable_rate(audio, module, info, sample_rate_hz))
            stream = audio.open(
                format=module.paInt16,
                channels=1,
                rate=output.sample_rate_hz,
                output=True,
                output_device_index=info["index"],
                frames_per_buffer=round(output.sample_rate_hz * BLOCK_S),
                stream_callback=output.callback,
            )
        except ProblemError:
            audio.terminate()
            raise
        except (OSError, ValueError) as error:
            audio.terminate()
            raise ProblemError(portaudio.no_output(error)) from error
    try:
        yield output
    finally:
        stream.close()
        audio.terminate()


def find_output(audio: Any, name: str) -> dict[str, Any]:
    """What PortAudio says of the output of this name, or of the default one where it is empty.

    Raises `ProblemError` where it is not connected, `OSError` where there is no default one.
    """
    if not name:
        return dict(audio.get_default_output_device_info())
    for index in range(audio.get_device_count()):
        info = dict(audio.get_device_info_by_index(index))
        if info["maxOutputChannels"] > 0 and portaudio.device_text(info["name"]) == name:
            return info
    raise ProblemError(
        Problem(
            code="sound_output_missing",
            what=f"The sound output “{name}” is not connected.",
            todo="Connect it, or choose another output.",
        )
    )


def usable_rate(audio: Any, module: Any, info: dict[str, Any], wanted_hz: int) -> int:
    """The rate that is wanted if the output supports it, else its own."""
    with contextlib.suppress(ValueError):
        audio.is_format_supported(
            wanted_hz, output_device=info["index"], output_channels=1, output_format=module.paInt16
        )
        return wanted_hz
    return int(info["defaultSampleRate"])


def lost(name: str) -> Problem:
    """Problem of an output that no longer accepts sound."""
    return Problem(
        code="sound_output_lost",
        what=f"The sound output “{name}” no longer accepts sound.",
        why="It was unplugged, or the sound server has stopped.",
        todo=portaudio.CHECK_OUTPUT,
    )
