"""The control messages of one stream: sent in order, recorded, and `Configure` one at a time.

Runs on the engine's event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.stream.opener import SageMakerStream, StreamClosedError
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.configure_queue import ACK_TIMEOUT_S, ConfigureQueue, merge
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.events import Event, Notice, Sent
from flux_desktop.flux.messages import CloseStream, Configure, ConfigureFailure, ConfigureSuccess, encode
from flux_desktop.flux.options import FluxOptions


class ControlChannel:
    """Sends control messages on one stream; `open_on` gives it the stream, `close` ends its one timer."""

    def __init__(
        self,
        conn: int,
        options: FluxOptions,
        emit: Callable[[Event], None],
        now: Callable[[], float],
        round_trips: Histogram,
    ) -> None:
        """`now` gives seconds since the run's origin; `round_trips` counts from Configure to ConfigureSuccess."""
        self.acks: list[ConfigureSuccess] = []
        self.failures: list[ConfigureFailure] = []
        self._conn = conn
        self._steering = ConfigureQueue(options)
        self._emit = emit
        self._now = now
        self._round_trips = round_trips
        self._configured_at_s = 0.0
        self._is_live = False
        self._stream: SageMakerStream | None = None
        self._held: Configure | None = None
        """Asked for while there was no stream."""
        self._ack_timer: asyncio.TimerHandle | None = None
        self._planned_timer: asyncio.TimerHandle | None = None

    @property
    def in_force(self) -> FluxOptions:
        """The parameters that the server acknowledged last."""
        return self._steering.in_force

    @property
    def pending(self) -> bool:
        """Whether a `Configure` waits for its answer."""
        return self._steering.in_flight is not None

    @property
    def wanted(self) -> FluxOptions:
        """What will be in force when everything that was asked for is accepted."""
        return self._steering.wanted

    @property
    def live_change_pending(self) -> bool:
        """Whether the `Configure` that waits for its answer is a person's, and not one that was planned."""
        return self.pending and self._is_live

    def open_on(self, stream: SageMakerStream, options: FluxOptions) -> None:
        """From now on messages can be sent, on a stream that was opened with these parameters."""
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        self._steering = ConfigureQueue(options)
        self._stream = stream
        held, self._held = self._held, None
        if held is not None:
            self._request(held)

    def suspend(self) -> None:
        """The stream is lost: what it has acknowledged stays in force, what it has not is told of and forgotten."""
        self._stream = None
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        if self.pending:
            self._notice(problems.configure_lost(self._conn))
            self._steering = ConfigureQueue(self._steering.in_force)

    def close(self) -> None:
        """Nothing is sent any more; idempotent."""
        self._stream = None
        for timer in (self._ack_timer, self._planned_timer):
            if timer is not None:
                timer.cancel()
        self._ack_timer = self._planned_timer = None

    def configure_later(self, change: Configure, delay_s: float) -> None:
        """Send a change after a time, exactly as it is: also one that the server should refuse."""
        self._planned_timer = asyncio.get_running_loop().call_later(delay_s, self._request, change)

    def configure(self, change: Configure) -> None:
        """Bring a change on its way: at once, or behind the one that is under way."""
        refusal = self._steering.refusal(change)
        if refusal is not None:
            self._notice(refusal)
        else:
            self._is_live = True
            self._request(change)

    def _request(self, change: Configure) -> None:
        if self._stream is None:
            self._held = change if self._held is None else merge(self._held, change)
            return
        message = self._steering.request(change)
        if message is not None:
            self._send_configure(message)

    def answered(self, answer: ConfigureSuccess | ConfigureFailure) -> None:
        """The server answered the `Configure` under way; the next one follows."""
        if isinstance(answer, ConfigureSuccess):
            self.acks.append(answer)
            self._round_trips.add(self._now() - self._configured_at_s)
            following = self._steering.acknowledged(answer)
        else:
            self.failures.append(answer)
            following = self._steering.refused()
        self._follow(following)

    def send(self, text: str) -> None:
        """Send a message as it is; on a stream that has ended it does nothing, for its end is being told."""
        if self._stream is None:
            return
        try:
            self._stream.send_text(text)
        except StreamClosedError:
            return
        self._emit(Sent(t=self._now(), conn=self._conn, text=text))

    def send_close(self) -> None:
        """Ask the server to say the rest and end the stream."""
        self.send(encode(CloseStream()))

    def _follow(self, following: Configure | None) -> None:
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        if following is not None:
            self._send_configure(following)

    def _send_configure(self, message: Configure) -> None:
        if self._stream is None:
            return
        self._configured_at_s = self._now()
        self.send(encode(message))
        self._ack_timer = asyncio.get_running_loop().call_later(ACK_TIMEOUT_S, self._timed_out)

    def _timed_out(self) -> None:
        self._notice(problems.configure_unanswered(self._conn, ACK_TIMEOUT_S))
        self._follow(self._steering.refused())

    def _notice(self, problem: Problem) -> None:
        self._emit(Notice(t=self._now(), problem=problem))
