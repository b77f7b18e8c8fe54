"""The control messages of one connection: sent in order, recorded, and `Configure` one at a time.

Runs on the engine's event loop. Which `Configure` is sent, and what an answer means, is decided in `configure_queue`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.target import StreamClosedError
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.configure_queue import ConfigureQueue
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.events import Notice, Sent
from flux_desktop.flux.messages import CloseStream, Configure, ConfigureFailure, ConfigureSuccess, encode
from flux_desktop.flux.options import FluxOptions, contradictions

_CLOSE = encode(CloseStream())


class ControlChannel:
    """Sends control messages on the connection's present stream and keeps its parameters (`parameters`).

    `on_change` is called when the parameters have changed. `close` ends its two timers.
    """

    def __init__(self, conn: int, context: RunContext, on_change: Callable[[], None]) -> None:
        self.parameters = ConfigureQueue(context.plan.options)
        self.acks: list[ConfigureSuccess] = []
        self.failures: list[ConfigureFailure] = []
        self.is_closing = False
        """Whether CloseStream was sent on the present stream."""
        self._conn = conn
        self._context = context
        self._on_change = on_change
        self._sent_at_s = 0.0
        self._stream: OpenStream | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._planned_timer: asyncio.TimerHandle | None = None

    @property
    def in_force(self) -> FluxOptions:
        """The parameters that the stream runs with."""
        return self.parameters.in_force

    # ------------------------------------------------------------ streams

    def use(self, stream: OpenStream, options: FluxOptions) -> None:
        """From now on messages go to this stream, which was opened with `options`; what differs is sent at once."""
        self._stop_waiting()
        self.parameters.stream_opened(options)
        self._stream, self.is_closing = stream, False
        self._advance()

    def suspend(self) -> None:
        """The stream is lost: nothing is sent until the next one is in use."""
        self._stop_waiting()
        self._stream = None
        self.parameters.stream_lost()
        self._on_change()

    def close(self) -> None:
        """Send nothing more; idempotent."""
        self._stop_waiting()
        self._stream = None
        if self._planned_timer is not None:
            self._planned_timer.cancel()
            self._planned_timer = None

    # ------------------------------------------------------------ parameters

    def want(self, options: FluxOptions, revision: int) -> bool:
        """Take the wanted parameters; returns whether they are new. Values that Flux refuses are reported, not sent."""
        if not self.parameters.want(options, revision):
            return False
        invalid = contradictions(self.parameters.wanted)
        if invalid:
            self.parameters.refuse(invalid[0].what)
            self._report(invalid[0])
        self._advance()
        return True

    def configure_later(self, message: Configure, delay_s: float) -> None:
        """Send a message after some time exactly as it is, also one that the server should refuse."""
        self._planned_timer = asyncio.get_running_loop().call_later(delay_s, self._send_verbatim, message)

    def answered(self, answer: ConfigureSuccess | ConfigureFailure) -> None:
        """The server answered a `Configure`; the next one follows."""
        if isinstance(answer, ConfigureSuccess):
            self.acks.append(answer)
            in_flight = self.parameters.acknowledged(answer)
            if in_flight:
                self._context.histograms["configure"].add(self._context.now() - self._sent_at_s)
        else:
            self.failures.append(answer)
            in_flight = self.parameters.rejected(answer.description or answer.code or "no reason given")
        if in_flight:
            self._stop_waiting()
        self._advance()

    def _send_verbatim(self, message: Configure) -> None:
        self.parameters.want_verbatim(message)
        self._advance()

    def _advance(self) -> None:
        """Send the next `Configure` where there is one and a stream to send it on."""
        message = None if self._stream is None else self.parameters.next_message()
        if message is not None:
            self._sent_at_s = self._context.now()
            self.send(encode(message))
            timeout_s = self._context.timeouts.configure_s
            self._answer_timer = asyncio.get_running_loop().call_later(timeout_s, self._timed_out)
        self._on_change()

    def _timed_out(self) -> None:
        self._answer_timer = None
        self.parameters.timed_out()
        self._report(problems.configure_unanswered(self._conn, self._context.timeouts.configure_s))
        self._advance()

    def _stop_waiting(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    # ------------------------------------------------------------ sending

    def send(self, text: str) -> None:
        """Send a message as it is; without a stream, or on one that has just ended, it does nothing."""
        if self._stream is None:
            return
        try:
            self._stream.send_text(text)
        except StreamClosedError:
            return  # its end is about to be reported
        self.is_closing = self.is_closing or text == _CLOSE
        self._context.emit(Sent(t=self._context.now(), conn=self._conn, text=text))

    def send_close(self) -> None:
        """Ask the server to send the rest and end the stream."""
        self.send(_CLOSE)

    def _report(self, problem: Problem) -> None:
        self._context.emit(Notice(t=self._context.now(), problem=problem))
