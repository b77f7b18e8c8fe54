"""Plays a part of a recording on the default sound output, in a short-lived process of its own.

``python -m flux_desktop.audio.playing PATH FROM_S FOR_S`` is that process: while it plays, it prints its position as
JSON lines, or the problem. Without arguments it only says whether there is an output. Closing its standard input stops
it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from flux_desktop.audio import portaudio
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


async def play(path: Path, from_s: float, for_s: float, command: Sequence[str] = ()) -> AsyncGenerator[float]:
    """Play; yields the seconds that have been heard. Closing the iterator stops the sound.

    Raises `ProblemError` where the file cannot be read or there is no output, `OSError` if no process can be started.
    """
    arguments = [str(path), str(from_s), str(for_s)]
    async with contextlib.aclosing(_positions(command or program.command(MODULE, arguments))) as positions:
        async for position in positions:
            yield position.played_s


async def output_problem(command: Sequence[str] = ()) -> Problem | None:
    """Why nothing can be played on this machine; None if it can."""
    try:
        async with contextlib.aclosing(_positions(command or program.command(MODULE))) as positions:
            async for _position in positions:
                pass
    except ProblemError as error:
        return error.problem
    return None


async def _positions(command: Sequence[str]) -> AsyncGenerator[Position]:
    child = Child("player")
    try:
        process = await child.start(command)
        assert process.stdout is not None
        while line := await process.stdout.readline():
            try:
                position = msgspec.json.decode(line, type=Position)
            except msgspec.DecodeError:
                continue  # a library's chatter
            if position.problem is not None:
                raise ProblemError(position.problem)
            yield position
        if await process.wait():
            raise ProblemError(_failed("The sound library crashed."))
    finally:
        await child.stop(STOP_PATIENCE_S)


# ------------------------------------------------------------ in the process


def main(arguments: Sequence[str]) -> int:
    """Play what the arguments say."""
    exit_with_parent(grace_s=0.0)
    stopped = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(stopped,), name="input", daemon=True).start()
    try:
        if arguments:
            path, from_s, for_s = arguments
            _play_here(open_recording(path), float(from_s), float(for_s), stopped)
        else:
            with _output(sample_rate_hz=16_000):
                pass
    except ProblemError as error:
        _print(Position(problem=error.problem))
    return 0


def _wait_for_end_of_input(stopped: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopped.set()


def _play_here(recording: Recording, from_s: float, for_s: float, stopped: threading.Event) -> None:
    rate_hz = recording.sample_rate_hz
    with _output(rate_hz) as stream:
        delay_s = stream.get_output_latency()
        written_s = 0.0
        for block in samples_of(recording, from_s, for_s):
            if stopped.is_set():
                return
            stream.write(block.astype("<i2").tobytes())
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


@contextlib.contextmanager
def _output(sample_rate_hz: int) -> Iterator[Any]:
    """The default output, opened. Raises `ProblemError`."""
    module = portaudio.load()
    with portaudio.quiet():
        audio = module.PyAudio()
        try:
            stream = audio.open(format=module.paInt16, channels=1, rate=sample_rate_hz, output=True)
        except (OSError, ValueError) as error:
            audio.terminate()
            raise ProblemError(portaudio.no_output(error)) from error
    try:
        yield stream
    finally:
        stream.close()
        audio.terminate()


def _failed(why: str) -> Problem:
    return Problem(code="playing_failed", what="The clip cannot be played.", why=why, todo="Try again.")


def _print(position: Position) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(sys.stdout.fileno(), msgspec.json.encode(position) + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
