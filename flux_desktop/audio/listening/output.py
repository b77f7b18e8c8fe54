"""A sound output, opened by name and filled by callbacks of PortAudio's own thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from flux_desktop.audio import portaudio
from flux_desktop.audio.output_device import output_device
from flux_desktop.base.problem import Problem

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
    with output_device(name, sample_rate_hz) as device:
        output = Output(device.name, device.sample_rate_hz)
        device.open_stream(frames_per_buffer=round(output.sample_rate_hz * BLOCK_S), stream_callback=output.callback)
        yield output


def lost(name: str) -> Problem:
    """Problem of an output that no longer accepts sound."""
    return Problem(
        code="sound_output_lost",
        what=f"The sound output “{name}” no longer accepts sound.",
        why="It was unplugged, or the sound server has stopped.",
        todo=portaudio.CHECK_OUTPUT,
    )
