"""One short stream of a probe: paced audio in the background, control messages, and everything that comes back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

import msgspec

from flux_desktop.aws.target import StreamClosedError, StreamEnd
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.connection.transport import OpenStream, Transport
from flux_desktop.engine.records.events import (
    UNREADABLE,
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Received,
    Sent,
)
from flux_desktop.engine.records.facts import ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.flux.lenient_json import NOT_JSON, split_objects
from flux_desktop.flux.messages import (
    TINY_KEEP_ALIVE,
    Connected,
    Error,
    MessageError,
    ServerMessage,
    TurnInfo,
    Unknown,
    parse_server_message,
)
from flux_desktop.flux.probe_findings import Outcome

CONNECTED_MAX_S = 10.0
CLOSE_MAX_S = 12.0
_DENIALS = frozenset({"model_refused", "request_invalid", "server_error", "model_stream_error"})


class Arrival(msgspec.Struct, frozen=True):
    """A message, seconds after the stream was opened, and its text; whether fields of it have wrong types."""

    at_s: float
    message: ServerMessage
    text: str
    has_wrong_types: bool = False


class ProbeStream:
    """A stream as a context: opened on entry, dropped on exit. Also its listener."""

    def __init__(
        self,
        transport: Transport,
        query: str,
        audio: bytes,
        chunk_bytes: int,
        chunk_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.arrivals: list[Arrival] = []
        self.unreadable: list[str] = []
        self._sent: list[tuple[float, str]] = []
        self._unreadable_s: list[float] = []
        self.end: StreamEnd | None = None
        self.refusal: Problem | None = None
        """Why the stream was not opened, or never Connected."""
        self.connected_after_s: float | None = None
        self.end_after_s: float | None = None
        self._transport, self._query = transport, query
        self._audio, self._chunk_bytes, self._chunk_s = audio, chunk_bytes, chunk_s
        self._stream: OpenStream | None = None
        self._pump: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._clock = clock
        self._opened_s = clock()

    async def __aenter__(self) -> ProbeStream:
        self._opened_s = self._clock()
        try:
            self._stream = await self._transport.open(self._query, self)
        except ProblemError as error:
            self.refusal = error.problem
            return self
        if await self.wait_for(lambda: self.first(Connected) is not None or self.is_over, CONNECTED_MAX_S):
            connected = self.first(Connected)
            self.connected_after_s = connected.at_s if connected else None
        if self.connected_after_s is None:
            self.refusal = self._why_over() or Problem(
                code="never_connected", what=f"Connected did not come within {CONNECTED_MAX_S:g} s."
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        if self._stream is not None:
            await self._stream.close()

    # ------------------------------------------------------------ listener

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """Keep a message; never raises."""
        self._keep(payload, received_s, [])
        self._changed.set()

    def _keep(self, payload: bytes, received_s: float, wrong_fields: list[str]) -> None:
        text = payload.decode("utf-8", "replace")
        try:
            message = parse_server_message(payload, wrong_fields)
        except MessageError:
            if len(parts := split_objects(payload)) > 1:
                for part in parts:
                    self._keep(part, received_s, [NOT_JSON])
                return
            self.unreadable.append(text)
            self._unreadable_s.append(received_s - self._opened_s)
        else:
            self.arrivals.append(Arrival(received_s - self._opened_s, message, text, bool(wrong_fields)))

    def on_end(self, end: StreamEnd) -> None:
        """Keep the end."""
        self.end = end
        self.end_after_s = self._clock() - self._opened_s
        self._changed.set()

    # ------------------------------------------------------------ acting

    def begin_audio(self) -> None:
        """Send the audio at real-time pace, then silence until the stream is dropped."""
        self._pump = asyncio.create_task(self._send_audio(), name="probe audio")

    async def end_audio(self) -> None:
        """Send no more audio."""
        if self._pump is not None:
            self._pump.cancel()

    def send(self, text: str) -> bool:
        """Send a control message; False if the stream has ended."""
        assert self._stream is not None
        try:
            self._stream.send_text(text)
        except StreamClosedError:
            return False
        self._sent.append((self.now_s(), text))
        return True

    def keep_alive(self) -> None:
        """Send a single sample of silence."""
        assert self._stream is not None
        with contextlib.suppress(StreamClosedError):
            self._stream.send_audio(TINY_KEEP_ALIVE)

    async def wait_for(self, condition: Callable[[], bool], longest_s: float) -> bool:
        """Wait until a message or the end fulfils the condition; returns whether it did in time."""
        try:
            async with asyncio.timeout(longest_s):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return condition()
        return True

    # ------------------------------------------------------------ what came

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended or reported a fatal error."""
        return self.end is not None or self.first(Error) is not None

    def first[M](self, kind: type[M], since_s: float = 0.0) -> Arrival | None:
        """The first message of a kind after a time."""
        return next((each for each in self.arrivals if isinstance(each.message, kind) and each.at_s > since_s), None)

    def turn_infos(self, event: str = "", since_s: float = 0.0) -> list[tuple[float, TurnInfo]]:
        """The TurnInfos after a time, of one event or of all."""
        return [
            (each.at_s, each.message)
            for each in self.arrivals
            if isinstance(each.message, TurnInfo) and event in ("", each.message.event) and each.at_s > since_s
        ]

    def unknown(self) -> list[str]:
        """Messages that this program does not know, as they came, and those with fields of wrong types."""
        odd = (each.text for each in self.arrivals if isinstance(each.message, Unknown) or each.has_wrong_types)
        return [*self.unreadable, *odd]

    def events(self, conn: int, origin_s: float) -> list[Event]:
        """The stream as the events of connection `conn`, in s since `origin_s` by the clock; raw, and without audio."""
        began_s = self._opened_s - origin_s
        events: list[Event] = [ConnectionChanged(t=began_s, conn=conn, state=ConnectionState.CONNECTING)]
        if self.connected_after_s is not None:
            at_s = began_s + self.connected_after_s
            events.append(ConnectionChanged(t=at_s, conn=conn, state=ConnectionState.STREAMING))
        events += [Sent(t=began_s + at_s, conn=conn, text=text) for at_s, text in self._sent]
        events += [_received(began_s, conn, each) for each in self.arrivals]
        events += [
            Received(t=began_s + at_s, conn=conn, type=UNREADABLE, text=text)
            for at_s, text in zip(self._unreadable_s, self.unreadable, strict=True)
        ]
        ended_s = max(getattr(event, "t", 0.0) for event in events)
        if self.end_after_s is not None:
            ended_s = max(ended_s, began_s + self.end_after_s)
        problem = self.refusal or self._why_over()
        ledger = LedgerClass.COMPLETED if problem is None else LedgerClass.FAILED
        if self.refusal is not None:
            ledger = LedgerClass.NEVER_CONNECTED if self.end is not None else LedgerClass.CONNECT_FAILED
        texts = [info.transcript for _, info in self.turn_infos("EndOfTurn")]
        summary = ConnectionSummary(
            conn=conn, ledger=ledger, problem=problem, turns=len(texts), final_texts=texts, duration_s=ended_s - began_s
        )
        return [*events, ConnectionEnded(t=ended_s, summary=summary)]

    @property
    def denial(self) -> Outcome:
        """What a stream that was not opened, or that ended, says of what it asked for.

        Only the model's own refusal is a no: a network, a quota or a busy endpoint says nothing of the build.
        """
        problem = self.refusal or self._why_over()
        return "no" if problem is None or problem.code in _DENIALS else "unclear"

    def why_over(self) -> str:
        """Why the stream ended, in the server's words where it gave any; empty if it has not."""
        problem = self._why_over()
        if problem is None:
            return "the stream ended" if self.end is not None else ""
        return problem.why or problem.what

    def now_s(self) -> float:
        """Seconds since the stream was opened."""
        return self._clock() - self._opened_s

    def _why_over(self) -> Problem | None:
        fatal = self.first(Error)
        if fatal is not None and isinstance(fatal.message, Error):
            why = ": ".join(part for part in (fatal.message.code, fatal.message.description) if part)
            return Problem(code="server_error", what="The server reported an error.", why=why)
        return self.end.problem if self.end is not None else None

    async def _send_audio(self) -> None:
        assert self._stream is not None
        began_s, sent = self._clock(), 0
        silence = bytes(self._chunk_bytes)
        with contextlib.suppress(StreamClosedError):
            while True:
                start = sent * self._chunk_bytes
                chunk = self._audio[start : start + self._chunk_bytes]
                self._stream.send_audio(chunk + silence[len(chunk) :])
                sent += 1
                await asyncio.sleep(max(0.0, began_s + sent * self._chunk_s - self._clock()))


def _received(began_s: float, conn: int, arrival: Arrival) -> Received:
    message = arrival.message
    return Received(
        t=began_s + arrival.at_s,
        conn=conn,
        type=_type_of(arrival.text),
        text=arrival.text,
        turn_event=message.event if isinstance(message, TurnInfo) else "",
    )


class _Typed(msgspec.Struct):
    type: str = ""


def _type_of(text: str) -> str:
    return msgspec.json.decode(text, type=_Typed).type
