"""Client of the listening process: starts it, sends it commands, and ends it within a bounded time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import msgspec

from flux_desktop.audio.listening.protocol import Command, Hear, ListeningReport, Volume, decode_heard, encode
from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.problem import Problem

MODULE = "flux_desktop.audio.listening.process"
STOP_PATIENCE_S = 0.5

CRASHED = Problem(
    code="playing_failed",
    what="The sound cannot be played.",
    why="The sound library crashed.",
    todo="Choose another output, or try again.",
)


class ListeningProcess:
    """A listening process on one output. Commands sent before it has started are delivered when it starts."""

    def __init__(self, sample_rate_hz: int, output: str = "", command: Sequence[str] = ()) -> None:
        """`output` is the name of a sound output, empty for the default one."""
        arguments = [str(sample_rate_hz), *([output] if output else [])]
        self._command = command or program.command(MODULE, arguments)
        self._child = Child("listening")
        self._latest: dict[type[Command], Command] = {}

    def send(self, command: Hear | Volume) -> None:
        """Send a command. Until the process has started, the newest command of each kind is kept for it."""
        self._latest[type(command)] = command
        process = self._child.process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(encode(command))

    async def reports(self) -> AsyncGenerator[ListeningReport]:
        """Start the process; yields its reports until it ends. Closing the iterator ends it.

        Raises `OSError` if no process can be started.
        """
        try:
            process = await self._child.start(self._command)
            for command in self._latest.values():
                self.send(command)
            assert process.stdout is not None
            while line := await process.stdout.readline():
                try:
                    yield decode_heard(line)
                except msgspec.DecodeError:
                    continue  # printed by a library
            if await process.wait():
                yield ListeningReport(problem=CRASHED, is_over=True)
        finally:
            await self._child.stop(STOP_PATIENCE_S)
