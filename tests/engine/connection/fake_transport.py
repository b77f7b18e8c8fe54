"""A transport without a network: streams that do what a test's script says, on the loop's own clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from flux_desktop.aws.target import ConnectTimings, StreamClosedError, StreamEnd, StreamListener
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection.connection import Connection
from flux_desktop.engine.connection.context import RunContext, Timeouts
from flux_desktop.engine.connection.retry_policy import RetryBudget
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import ConnectionChanged, Event, Notice, Received, Sent
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.shared_timers import SharedTimers
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.stepped_loop import now_s

CHUNK_BYTES = 2560
CHUNK_S = 0.08
CHECKED_EVERY_S = 0.5
"""By the stepped clock, as the engine does it (`run_monitor`)."""


class FakeStream:
    """One open stream. `script` is called with it and every message sent; it answers with `say` and `end`."""

    def __init__(self, query: str, listener: StreamListener, script: Callable[[FakeStream, str], None]) -> None:
        self.query = query
        self.timings = ConnectTimings(tcp_tls_s=0.01, headers_s=0.02)
        self.aws_request_id = "aws-1"
        self.invoked_variant = "AllTraffic"
        self.oldest_unsent_s = 0.0
        self.audio_s = 0.0
        self.sent_texts: list[str] = []
        self.is_input_ended = False
        self.is_closed = False
        self._listener = listener
        self._script = script
        self._sequence = 0
        self._ended = False

    # ------------------------------------------------------------ what the connection does

    def send_audio(self, chunk: bytes) -> None:
        self._check_open()
        self.audio_s += len(chunk) / (CHUNK_BYTES / CHUNK_S)
        self._script(self, "audio")

    def send_text(self, text: str) -> None:
        self._check_open()
        self.sent_texts.append(text)
        self._script(self, json.loads(text)["type"])

    def end_input(self) -> None:
        self.is_input_ended = True

    async def close(self) -> None:
        self.is_closed = True

    def _check_open(self) -> None:
        if self._ended:
            raise StreamClosedError(Problem(code="stream_closed", what="It has ended."))

    # ------------------------------------------------------------ what the server does

    def say(self, kind: str, *, after_s: float = 0.0, **fields: Any) -> None:
        """Send a message of the server."""
        if kind == "TurnInfo":
            fields.setdefault("audio_window_end", round(self.audio_s, 3))
        body = {"type": kind, "sequence_id": self._sequence, **fields}
        self._sequence += 1
        payload = json.dumps(body).encode()
        loop = asyncio.get_running_loop()
        loop.call_later(after_s, lambda: self._listener.on_message(payload, True, now_s()))

    def turn(self, event: str, text: str, index: int = 0, **fields: Any) -> None:
        """Send one TurnInfo about the audio so far."""
        trigger = {"trigger": "model"} if event == "EndOfTurn" else {}
        self.say("TurnInfo", event=event, turn_index=index, transcript=text, **trigger, **fields)

    def end(self, problem: Problem | None = None, *, kind: str = "clean", after_s: float = 0.0) -> None:
        """End the stream."""
        self._ended = True
        end = StreamEnd(kind=kind, problem=problem, at_s=now_s(), after_close=True)  # type: ignore[arg-type]
        asyncio.get_running_loop().call_later(after_s, lambda: self._listener.on_end(end))

    def lose(self, code: str = "connection_lost") -> None:
        """Break the stream."""
        self.end(Problem(code=code, what="The connection was lost."), kind="reset")


Script = Callable[[FakeStream, str], None]


def polite(stream: FakeStream, what: str) -> None:
    """A server that connects, transcribes the first two seconds as one turn, and closes when asked to."""
    if what == "opened":
        stream.say("Connected", request_id="r1", after_s=0.01)
    elif what == "audio" and abs(stream.audio_s - 0.24) < 0.01:
        stream.turn("StartOfTurn", "hello")
    elif what == "audio" and abs(stream.audio_s - 1.2) < 0.01:
        stream.turn("EndOfTurn", "hello there")
    elif what == "CloseStream":
        stream.end()


class FakeTransport:
    """Opens one fake stream per script, in order; the last script serves all further ones.

    A `Problem` in place of a script is a refusal.
    """

    def __init__(self, *scripts: Script | Problem, opening_s: float = 0.05) -> None:
        self.streams: list[FakeStream] = []
        self.opened_at_s: list[float] = []
        self.queries: list[str] = []
        self._scripts = list(scripts)
        self._opening_s = opening_s

    async def open(self, query_string: str, listener: StreamListener) -> FakeStream:
        self.queries.append(query_string)
        self.opened_at_s.append(now_s())
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        await asyncio.sleep(self._opening_s)
        if isinstance(script, Problem):
            raise ProblemError(script)
        stream = FakeStream(query_string, listener, script)
        self.streams.append(stream)
        script(stream, "opened")
        return stream

    async def close(self) -> None:
        for stream in self.streams:
            await stream.close()


class Bench:
    """One connection on a fake transport: `run` lives its life while `steps` act on it."""

    def __init__(
        self,
        transport: FakeTransport,
        *,
        audio_s: float = 2.4,
        audio: bytes | None = None,
        microphone: bool = False,
        words: SpokenWords | None = None,
        timeouts: Timeouts | None = None,
        **plan: Any,
    ) -> None:
        self.events: list[Event] = []
        self.transport = transport
        timeouts = timeouts or Timeouts()
        loop = plan.pop("loop", False)
        self.context = RunContext(
            plan=RunPlan(endpoint="fake", source=WavSource(path="a.wav", loop=loop), **plan),
            transport=transport,
            emit=self.events.append,
            clock=now_s,
            origin_s=now_s(),
            histograms={name: Histogram() for name in FIGURES},
            timers=SharedTimers(now_s),
            retry_budget=RetryBudget(timeouts.retry),
            words=words,
            timeouts=timeouts,
        )
        data = bytes(round(audio_s / CHUNK_S) * CHUNK_BYTES) if audio is None else audio
        chunks = None if microphone else MemoryChunkSource(data, CHUNK_BYTES, loop=loop, limit_bytes=None)
        self.connection = Connection(1, self.context, chunks)

    def of[T](self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[str]:
        return [str(event.state) for event in self.of(ConnectionChanged)]

    @property
    def notices(self) -> list[str]:
        return [event.problem.code for event in self.of(Notice)]

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(event.text) for event in self.of(Sent)]

    @property
    def received(self) -> list[Received]:
        return self.of(Received)

    async def run(self, *steps: tuple[float, Callable[[], object]]) -> str:
        """The ledger class; each step is called so many seconds after the start."""
        loop = asyncio.get_running_loop()
        timers = [loop.call_later(after_s, step) for after_s, step in steps]
        checks = loop.create_task(self._check())
        try:
            return str(await self.connection.run())
        finally:
            checks.cancel()
            for timer in timers:
                timer.cancel()

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECKED_EVERY_S)
            self.connection.check()
