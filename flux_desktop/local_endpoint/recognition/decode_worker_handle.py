"""The endpoint's side of the decode process: started on demand, never waited for by the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from flux_desktop.base import program
from flux_desktop.base.child import end_at_once
from flux_desktop.base.child_environment import child_environment
from flux_desktop.local_endpoint.recognition.decode_protocol import READY, DecodeResult, Request, Unpacker, pack
from flux_desktop.speech_models.catalogue import SpeechModel

log = logging.getLogger(__name__)

MODULE = "flux_desktop.local_endpoint.recognition.decode_worker"
_READ_BYTES = 65_536
_THREADING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
"""Threads that wait for their next task must not occupy the cores that the streams need."""

OnAnswer = Callable[[DecodeResult], None]
OnExit = Callable[["DecodeWorker"], None]
"""The process has ended by itself."""


class DecodeWorker:
    """One decode process; requests made before it is ready are kept. Owned by the task that runs `run`."""

    def __init__(self, model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> None:
        self._model = model
        self._on_answer = on_answer
        self._on_exit = on_exit
        self._waiting: list[bytes] = []
        self._stdin: asyncio.StreamWriter | None = None
        self._ended = False
        self.ready = False

    def request(self, request: Request) -> None:
        """Send a request, or keep it until the process has started."""
        frame = pack(request)
        if self._stdin is None:
            self._waiting.append(frame)
        elif not self._ended and not self._stdin.is_closing():  # otherwise `on_exit` follows
            self._stdin.write(frame)

    async def run(self) -> None:
        """Start the process and read its answers until it ends; cancelling ends it at once."""
        process = await asyncio.create_subprocess_exec(
            *program.command(MODULE, [self._model.name]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_THREADING | child_environment(),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        try:
            process.stdin.writelines(self._waiting)
            self._waiting.clear()
            await self._read(process.stdout)
        finally:
            self._ended = True
            process.stdin.close()
            await end_at_once(process)
        log.error("The recogniser's process ended unexpectedly with exit status %s.", process.returncode)
        self._on_exit(self)

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        unpacker = Unpacker(DecodeResult)
        while data := await stdout.read(_READ_BYTES):
            for answer in unpacker.feed(data):
                if answer.utterance == READY.utterance:
                    self.ready = True
                    log.info("Recognition is ready: %s.", self._model.title)
                else:
                    self._on_answer(answer)
