"""What one connection receives: messages, turns and latencies. The only place that parses server messages.

Runs on the engine's event loop, called for every whole message. Latency rules: the user clock counts from the moment
the audio was spoken according to the plan, the wire clock from the moment its chunk was handed to the transport; the
difference between the two is our own fault, and stays visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.stream import Stream
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.measuring.update_latencies import UpdateLatencies
from flux_desktop.engine.records.events import UNREADABLE, Received
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.engine.sending.pacing import ROUNDED_S
from flux_desktop.flux.lenient_json import NOT_JSON, split_objects
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

_TURN_INFO = "TurnInfo"


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
        self.latencies = UpdateLatencies()
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
        self._emit = context.emit
        self._add_update, self._add_wire = context.histograms["update"].add, context.histograms["wire"].add
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

    def take(
        self, payload: bytes, received_s: float, *, is_closing: bool = False, wrong_fields: list[str] | None = None
    ) -> None:
        """Take one whole message; never raises for anything that a server may send.

        `is_closing`: CloseStream was sent, and an end of turn may be its result. `wrong_fields`: what of it is already
        known to be wrong.
        """
        t, text = received_s - self._context.origin_s, payload.decode("utf-8", "replace")
        tracker = self.tracker
        if wrong_fields is None:
            wrong_fields = []
        try:
            message = parse_server_message(payload, wrong_fields)
        except MessageError as error:
            if len(parts := split_objects(payload)) > 1:
                for part in parts:
                    wrong = [NOT_JSON] if part is parts[0] else []
                    self.take(part, received_s, is_closing=is_closing, wrong_fields=wrong)
                return
            self.messages_received += 1
            event = Received(t=t, conn=self._conn, type=UNREADABLE, text=text, turn_state=tracker.state)
            event.violations = [f"message_{error.kind}"]
            self.violations.update(event.violations)
            self._emit(event)
            return
        self.messages_received += 1
        if not isinstance(message, TurnInfo):
            event = Received(t=t, conn=self._conn, type=message_type(message), text=text)
            self._count(message)
            if isinstance(message, Error | Warning_ | ConfigureFailure):
                event.code, event.description = message.code or "", message.description or ""
            violations: list[str] = []
            step = tracker.feed(message)
        else:
            if self._turn_offset or self._audio_offset_s:
                shift(message, self._turn_offset, self._audio_offset_s)
            if "transcript" in wrong_fields and (turn := tracker.turn) and message.turn_index in (None, turn.index):
                message.transcript, message.words = turn.transcript, turn.words  # it says nothing of the text
            is_beyond = self._limit_window(message)
            event = Received(
                t=t,
                conn=self._conn,
                type=_TURN_INFO,
                text=text,
                turn_event=message.event,
                eot_confidence=message.end_of_turn_confidence,
            )
            was_quiet = tracker.state is TurnState.READY
            step = tracker.feed(message)
            if step.closed is not None:
                self._end_lost(step.closed, received_s)
                event.closed_turn = step.closed
            violations = []
            if not step.is_late:
                self.event_counts[message.event] += 1
                violations = self._turn_info(message, received_s, event, is_closing=is_closing, is_beyond=is_beyond)
                if was_quiet and step.turn is None:
                    self.answers_in_silence = True
        if step.turn is not None:  # a copy: the turn goes on changing after its event
            event.turn = replace(step.turn)
        event.turn_state = tracker.state
        if wrong_fields:
            violations.append("message_not_json" if NOT_JSON in wrong_fields else "message_wrong_types")
        if violations or step.violations:
            event.violations = violations + [violation.rule for violation in step.violations]
            self.violations.update(event.violations)
        self._emit(event)
        self._on_message(message)

    def take_early(self, payload: bytes, received_s: float, on_connected: Callable[[], None]) -> None:
        """A message of the next stream while the present one is still in use: recorded; only Connected matters."""
        kind = UNREADABLE
        try:
            message = parse_server_message(payload)
            kind = message_type(message)
            if isinstance(message, Connected):
                self._next_connected = message
                on_connected()
        except MessageError:
            if len(parts := split_objects(payload)) > 1:
                for part in parts:
                    self.take_early(part, received_s, on_connected)
                return
        self._emit(
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
        unplanned_s = self._sender.unplanned_s
        self.timing.cut(
            closed.transcript if closed else "",
            fed_s=self.window_end_s - unplanned_s,
            resumes_s=self._audio_clock.audio_s - unplanned_s,
        )
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
        self.event_counts[type(message).__name__.rstrip("_")] += 1
        if isinstance(message, Connected):
            self.request_id = message.request_id

    def _end_lost(self, turn: Turn, received_s: float) -> None:
        """A turn's EndOfTurn was not received: its words count, and nothing is timed."""
        sender = self._sender
        if sender.started_s is not None:
            self.timing.take(
                "EndOfTurn",
                turn.transcript,
                window_end_s=turn.end_s - sender.unplanned_s,
                heard_s=received_s - sender.started_s,
                is_forced=True,
            )

    def _limit_window(self, info: TurnInfo) -> bool:
        """Limit where the window ends to the audio that was sent; whether the message states more than that."""
        end_s, audio_s = info.audio_window_end, self._audio_clock.audio_s
        if end_s is None or 0.0 <= end_s <= audio_s:
            return False
        info.audio_window_end = min(max(end_s, 0.0), audio_s)
        return end_s > audio_s + ROUNDED_S

    def _turn_info(
        self, info: TurnInfo, received_s: float, event: Received, *, is_closing: bool, is_beyond: bool
    ) -> list[str]:
        """Count one TurnInfo and complete its event; returns the rules that it breaks by its times.

        `is_beyond`: it states audio that was not sent, so it times nothing.
        """
        audio_clock, sender = self._audio_clock, self._sender
        self.last_turn_info_audio_s = audio_clock.audio_s
        is_update = info.event == "Update"
        if info.transcript:
            self.has_text = True
            self.last_text = info.transcript
        if info.languages:
            self.languages_detected.update(info.languages)
        if info.languages_hinted:
            self.languages_hinted.update(info.languages_hinted)
        if info.event == "EndOfTurn" and self.first_end_of_turn_s is None and self.streaming_since_s is not None:
            self.first_end_of_turn_s = received_s - self.streaming_since_s
        window_end_s = info.audio_window_end
        if window_end_s is None:
            return []
        self.window_end_s = window_end_s
        if sender.started_s is not None and (info.transcript or not is_update):  # an Update without text times nothing
            self.timing.take(
                info.event,
                info.transcript,
                window_end_s=window_end_s - sender.unplanned_s,
                heard_s=received_s - sender.started_s,
                is_forced=is_closing or is_beyond or info.trigger == "manual",
            )
        if is_beyond:
            return ["window_beyond_audio"]
        moments = audio_clock.find(window_end_s)
        if moments is None:
            return []
        plan_s, send_s = moments
        user_s, wire_s = received_s - plan_s, received_s - send_s
        if is_update:
            self._add_update(user_s)
            self._add_wire(wire_s)
            self.latencies.add(user_s * 1000, wire_s * 1000)
        # In milliseconds, to three digits: rounding a float to digits takes longer.
        event.user_latency_ms, event.wire_latency_ms = round(user_s * 1e6) / 1000, round(wire_s * 1e6) / 1000
        return []
