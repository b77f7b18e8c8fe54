"""The parent's side of one recognition process: started on demand, never waited for by the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from flux_desktop.base import program
from flux_desktop.base.child import end_at_once
from flux_desktop.base.child_environment import child_environment
from flux_desktop.local_endpoint.recognition.decode_worker import pack

log = logging.getLogger(__name__)

MODULE = "flux_desktop.local_endpoint.recognition.decode_worker"

OnAnswer = Callable[[int, int, list[tuple[str, float, float, float]] | None, bool], None]
"""``(utterance, blocks heard, words or None for unchanged, final)``; called on the event loop."""

OnDeath = Callable[["DecodeWorker"], None]
"""The process has ended by itself; called on the event loop."""

_answer = msgspec.msgpack.Decoder(tuple[int, int, list[tuple[str, float, float, float]] | None, bool])


class DecodeWorker:
    """One process; requests given before it is up are kept. Owned by the task that runs `run`."""

    def __init__(self, on_answer: OnAnswer, on_death: OnDeath) -> None:
        self._on_answer = on_answer
        self._on_death = on_death
        self._waiting: list[bytes] = []
        self._stdin: asyncio.StreamWriter | None = None
        self._dead = False
        self.ready = False

    def request(self, utterance: int, block: bytes | None) -> None:
        """Give a block of an utterance to be heard, or None to end it."""
        frame = pack((utterance, block))
        if self._stdin is None:
            self._waiting.append(frame)
        elif not self._dead and not self._stdin.is_closing():  # else its death is about to be told
            self._stdin.write(frame)

    async def run(self) -> None:
        """Start the process and read its answers until it ends; cancelling ends it at once."""
        process = await asyncio.create_subprocess_exec(
            *program.command(MODULE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=child_environment(),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        try:
            process.stdin.writelines(self._waiting)
            self._waiting.clear()
            await self._read(process.stdout)
        finally:
            self._dead = True
            process.stdin.close()
            await end_at_once(process)
        log.error("A recognition process ended by itself with code %s.", process.returncode)
        self._on_death(self)

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        while True:
            try:
                head = await stdout.readexactly(4)
                body: Any = await stdout.readexactly(int.from_bytes(head, "big"))
            except asyncio.IncompleteReadError:
                return
            utterance, heard, words, final = _answer.decode(body)
            if utterance < 0:
                self.ready = True
            else:
                self._on_answer(utterance, heard, words, final)
