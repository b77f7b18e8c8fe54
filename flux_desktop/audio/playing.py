"""Plays a part of a recording on a sound output, in a short-lived process of its own.

``python -m flux_desktop.audio.playing OUTPUT PATH FROM_S FOR_S GAIN`` is that process (an empty name is the default
output): while it plays, it prints its position as JSON lines, or the problem. A line on its standard input is another
gain; closing it stops the process. With OUTPUT alone it only says whether that can be opened.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from flux_desktop.audio.listening.stretching import with_volume
from flux_desktop.audio.output_device import output_device
from flux_desktop.audio.recording import Recording, open_recording
from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import Problem, ProblemError

MODULE = "flux_desktop.audio.playing"
STOP_PATIENCE_S = 0.5
BLOCK_S = 0.04
"""Sound that is handed over at once: how often the position is reported."""


class Position(msgspec.Struct, kw_only=True):
    """One line of the process: how much has been heard, or why nothing is."""

    played_s: float = 0.0
    problem: Problem | None = None


async def play(
    path: Path,
    from_s: float,
    for_s: float,
    output: str = "",
    gain: Callable[[], float] = lambda: 1.0,
    command: Sequence[str] = (),
) -> AsyncGenerator[float]:
    """Play; yields the seconds that have been heard. Closing the iterator stops the sound.

    `output` is the name of a sound output, empty for the default one; `gain`, 0 to 1, is followed while it plays.
    Raises `ProblemError` where the file cannot be read or there is no output, `OSError` if no process can be started.
    """
    at_first = gain()
    arguments = [output, str(path), str(from_s), str(for_s), str(at_first)]
    child = command or program.command(MODULE, arguments)
    async with contextlib.aclosing(_positions(child, gain, at_first)) as positions:
        async for position in positions:
            yield position.played_s


async def output_problem(output: str = "", command: Sequence[str] = ()) -> Problem | None:
    """Why nothing can be played on an output, empty for the default one; None if it can."""
    try:
        async with contextlib.aclosing(_positions(command or program.command(MODULE, [output]))) as positions:
            async for _position in positions:
                pass
    except ProblemError as error:
        return error.problem
    return None


async def _positions(
    command: Sequence[str], gain: Callable[[], float] = lambda: 1.0, sent: float = 1.0
) -> AsyncGenerator[Position]:
    child = Child("player")
    try:
        process = await child.start(command)
        assert process.stdout is not None
        while line := await process.stdout.readline():
            try:
                position = msgspec.json.decode(line, type=Position)
            except msgspec.DecodeError:
                continue  # printed by a library
            if position.problem is not None:
                raise ProblemError(position.problem)
            yield position
            if (now := gain()) != sent and process.stdin is not None and not process.stdin.is_closing():
                sent = now
                process.stdin.write(f"{now}\n".encode())
        if await process.wait():
            raise ProblemError(_failed("The sound library crashed."))
    finally:
        await child.stop(STOP_PATIENCE_S)


# ------------------------------------------------------------ in the process


class _Steering:
    """What the standard input has said so far."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain
        self.stopped = threading.Event()

    def follow(self) -> None:
        """Read the standard input to its end."""
        # Not by `sys.stdin`, whose lock would keep the interpreter from ending while this thread waits.
        rest = b""
        while block := os.read(sys.stdin.fileno(), 4096):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    self.gain = min(1.0, max(0.0, float(line)))
        self.stopped.set()


def main(arguments: Sequence[str]) -> int:
    """Play what the arguments say."""
    exit_with_parent(grace_s=0.0)
    output, *part = arguments
    steering = _Steering(float(part[3]) if part else 1.0)
    threading.Thread(target=steering.follow, name="input", daemon=True).start()
    try:
        if part:
            path, from_s, for_s, _gain = part
            _play_here(path, float(from_s), float(for_s), output, steering)
        else:
            with output_device(output, 16_000) as device:
                device.open_stream()
    except ProblemError as error:
        _print(Position(problem=error.problem))
    return 0


def _play_here(path: str, from_s: float, for_s: float, output: str, steering: _Steering) -> None:
    with output_device(output, open_recording(path).sample_rate_hz) as device:
        stream, rate_hz = device.open_stream(), device.sample_rate_hz
        recording = open_recording(path, "mix", rate_hz)
        delay_s = stream.get_output_latency()
        written_s, before = 0.0, steering.gain
        for block in samples_of(recording, from_s, for_s):
            if steering.stopped.is_set():
                return
            gain = steering.gain
            stream.write(with_volume(block.astype(np.float32), before, gain))
            before = gain
            written_s += len(block) / rate_hz
            _print(Position(played_s=round(max(0.0, written_s - delay_s), 3)))
        stream.stop_stream()  # waits until all of it has been heard
        _print(Position(played_s=round(written_s, 3)))


def samples_of(recording: Recording, from_s: float, for_s: float) -> Iterator[Any]:
    """The samples of a part of a recording, `BLOCK_S` at a time."""
    rate_hz = recording.sample_rate_hz
    first, left = round(from_s * rate_hz), round(for_s * rate_hz)
    size = round(BLOCK_S * rate_hz)
    rest = np.empty(0, dtype=np.int16)
    for block in recording.blocks():
        skipped = min(first, len(block))
        first -= skipped
        rest = np.concatenate([rest, block[skipped:]])
        while len(rest) >= size and left > 0:
            yield rest[: min(size, left)]
            left -= size
            rest = rest[size:]
        if left <= 0:
            return
    if len(rest):
        yield rest[:left]


def _failed(why: str) -> Problem:
    return Problem(code="playing_failed", what="The clip cannot be played.", why=why, todo="Try again.")


def _print(position: Position) -> None:
    with contextlib.suppress(OSError):  # the owner has closed the pipe
        os.write(sys.stdout.fileno(), msgspec.json.encode(position) + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
