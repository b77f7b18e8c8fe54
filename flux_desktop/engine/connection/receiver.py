"""What one connection receives: messages, turns and latencies. The only place that parses server messages.

Runs on the engine's event loop, called for every whole message. Latency rules: the user clock counts from the moment
the audio was spoken according to the plan, the wire clock from the moment its chunk was handed to the transport; the
difference between the two is our own fault, and stays visible.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable

import msgspec

from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.stream import Stream
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.measuring.latency_counts import LatencyCounts
from flux_desktop.engine.measuring.recent_values import RecentValues
from flux_desktop.engine.records.events import UNREADABLE, Received
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.flux.messages import (
    ConfigureFailure,
    Connected,
    Error,
    MessageError,
    ServerMessage,
    TurnInfo,
    Warning_,
    message_type,
    parse_server_message,
    shift,
)
from flux_desktop.flux.turns import EndedTurns, Turn, TurnState, TurnTracker

RECENT_UPDATES = 240
"""Update latencies kept for a connection's row: about the last minute."""
_AUDIO_ROUNDING_S = 1e-3


class Receiver:
    """The receiving side of one connection, over all its streams. `on_message` gets every parsed message."""

    def __init__(
        self,
        conn: int,
        context: RunContext,
        tracker: TurnTracker,
        sender: BaseSender,
        timing: TurnTiming,
        on_message: Callable[[ServerMessage], None],
    ) -> None:
        self.tracker = tracker
        self.timing = timing
        self.event_counts: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.recent_ms = RecentValues(RECENT_UPDATES)
        self.all_update_ms = LatencyCounts()
        self.all_wire_ms = LatencyCounts()
        self.request_id: str | None = None
        self.messages_received = 0
        self.window_end_s = 0.0
        self.last_text = ""
        self.streaming_since_s: float | None = None
        self.has_text = False
        self.last_turn_info_audio_s = 0.0
        self.answers_in_silence = False
        """Whether this server sends Updates while no turn is open, so that silence from it means something."""
        self.languages_detected: set[str] = set()
        self.languages_hinted: set[str] = set()
        self.first_end_of_turn_s: float | None = None
        self._conn = conn
        self._context = context
        self._turn_offset = 0
        self._audio_offset_s = 0.0
        self._next_connected: Connected | None = None
        self._sender = sender
        self._audio_clock = sender.audio_clock
        self._on_message = on_message

    @property
    def is_quiet(self) -> bool:
        """Whether no turn is open."""
        return self.tracker.state is TurnState.READY

    @property
    def final_turns(self) -> EndedTurns:
        """Turns that have ended, with a text that will not change."""
        return self.tracker.finished

    # ------------------------------------------------------------ messages

    def take(self, payload: bytes, received_s: float) -> None:
        """Take one whole message; never raises for anything that a server may send."""
        self.messages_received += 1
        event = Received(
            t=received_s - self._context.origin_s,
            conn=self._conn,
            type=UNREADABLE,
            text=payload.decode("utf-8", "replace"),
        )
        try:
            message = parse_server_message(payload)
        except MessageError as error:
            event.turn_state = self.tracker.state
            event.violations = [f"message_{error.kind}"]
            self.violations.update(event.violations)
            self._context.emit(event)
            return
        event.type = message_type(message)
        self._count(message)
        violations: list[str] = []
        if isinstance(message, TurnInfo):
            if self._turn_offset or self._audio_offset_s:
                shift(message, self._turn_offset, self._audio_offset_s)
            violations = self._turn_info(message, received_s, event)
        elif isinstance(message, Error | Warning_ | ConfigureFailure):
            event.code, event.description = message.code or "", message.description or ""
        was_quiet = self.is_quiet
        step = self.tracker.feed(message)
        if was_quiet and step.turn is None and isinstance(message, TurnInfo):
            self.answers_in_silence = True
        # A copy: the turn goes on changing after its event.
        event.turn = None if step.turn is None else msgspec.structs.replace(step.turn)
        event.turn_state = self.tracker.state
        if violations or step.violations:
            event.violations = violations + [violation.rule for violation in step.violations]
            self.violations.update(event.violations)
        self._context.emit(event)
        self._on_message(message)

    def take_early(self, payload: bytes, received_s: float, on_connected: Callable[[], None]) -> None:
        """A message of the next stream while the present one is still in use: recorded; only Connected matters."""
        kind = UNREADABLE
        with contextlib.suppress(MessageError):
            message = parse_server_message(payload)
            kind = message_type(message)
            if isinstance(message, Connected):
                self._next_connected = message
                on_connected()
        self._context.emit(
            Received(
                t=received_s - self._context.origin_s,
                conn=self._conn,
                type=kind,
                text=payload.decode("utf-8", "replace"),
                turn_state=self.tracker.state,
            )
        )

    def begin_stream(self, stream: Stream) -> Turn | None:
        """The connection continues in a new stream, which counts turns and audio from 0; returns a turn cut by that."""
        closed = self.tracker.new_stream()
        self.timing.cut(closed.transcript if closed else "", self.window_end_s - self._sender.unplanned_s)
        connected, self._next_connected = self._next_connected, None
        if connected is not None:
            self.tracker.feed(connected)
            self._count(connected)
        stream.turn_offset = self._turn_offset = self.tracker.next_index
        stream.audio_offset_s = self._audio_offset_s = self._audio_clock.audio_s
        self.last_turn_info_audio_s = self._audio_clock.audio_s
        return closed

    def close(self) -> Turn | None:
        """The connection has ended; returns the open turn whose last text has become final, or None."""
        closed = self.tracker.close()
        self.timing.close(closed.transcript if closed else "", self._audio_clock.audio_s - self._sender.unplanned_s)
        return closed

    # ------------------------------------------------------------ counting

    def _count(self, message: ServerMessage) -> None:
        self.event_counts[message.event if isinstance(message, TurnInfo) else type(message).__name__.rstrip("_")] += 1
        if isinstance(message, Connected):
            self.request_id = message.request_id

    def _turn_info(self, info: TurnInfo, received_s: float, event: Received) -> list[str]:
        """Count one TurnInfo and complete its event; returns the rules that it breaks by its times."""
        self.last_turn_info_audio_s = self._audio_clock.audio_s
        event.turn_event, event.eot_confidence = info.event, info.end_of_turn_confidence
        if info.transcript:
            self.has_text = True
            self.last_text = info.transcript
        if info.languages:
            self.languages_detected.update(info.languages)
        if info.languages_hinted:
            self.languages_hinted.update(info.languages_hinted)
        if info.event == "EndOfTurn" and self.first_end_of_turn_s is None and self.streaming_since_s is not None:
            self.first_end_of_turn_s = received_s - self.streaming_since_s
        if info.audio_window_end is None:
            return []
        self.window_end_s = info.audio_window_end
        if self._sender.started_s is not None:
            self.timing.take(
                info.event,
                info.transcript,
                window_end_s=info.audio_window_end - self._sender.unplanned_s,
                heard_s=received_s - self._sender.started_s,
            )
        moments = self._audio_clock.find(info.audio_window_end)
        if moments is None:
            is_beyond = info.audio_window_end > self._audio_clock.audio_s + _AUDIO_ROUNDING_S
            return ["window_beyond_audio"] if is_beyond else []
        user_s, wire_s = received_s - moments.plan_s, received_s - moments.send_s
        if info.event == "Update":
            self._context.histograms["update"].add(user_s)
            self._context.histograms["wire"].add(wire_s)
            self.recent_ms.append(user_s * 1000)
            self.all_update_ms.append(user_s * 1000)
            self.all_wire_ms.append(wire_s * 1000)
        event.user_latency_ms, event.wire_latency_ms = round(user_s * 1000, 3), round(wire_s * 1000, 3)
        return []
