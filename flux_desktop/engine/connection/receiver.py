"""What one stream says: its messages, turns and latencies.

Runs on the engine's event loop, called for every whole message. Latency rules: the user's clock counts from the
moment the audio was spoken by the plan, the wire clock from the moment its chunk was handed to the transport;
the gap between the two is our own fault, and stays visible.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Callable

from flux_desktop.engine.connection.stream import Leg
from flux_desktop.engine.measuring.ground_truth import TurnTiming
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.measuring.packed_values import PackedValues
from flux_desktop.engine.records.events import Received
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.flux.messages import Connected, MessageError, ServerMessage, TurnInfo, parse_server_message, shift
from flux_desktop.flux.turns import EndedTurns, Turn, TurnState, TurnTracker

RECENT_UPDATES = 240
"""Update latencies kept for a connection's row: about the last minute."""


class Receiver:
    """The listening side of one stream.

    `on_message` is told every parsed message after it was counted. `histograms` are the run's.
    """

    def __init__(
        self,
        conn: int,
        tracker: TurnTracker,
        sender: BaseSender,
        *,
        timing: TurnTiming,
        histograms: dict[str, Histogram],
        emit: Callable[[Received], None],
        on_message: Callable[[ServerMessage], None],
        origin_s: float,
    ) -> None:
        self.tracker = tracker
        self.event_counts: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.recent_ms: deque[float] = deque(maxlen=RECENT_UPDATES)
        self.all_update_ms = PackedValues()
        self.all_wire_ms = PackedValues()
        self.request_id: str | None = None
        self.messages_received = 0
        self.window_end_s = 0.0
        self.last_text = ""
        self.streaming_since_s: float | None = None
        self.heard_text = False
        self.last_turn_info_audio_s = 0.0
        self.speaks_in_silence = False
        """Whether this server sends Updates while no turn is open, so that silence from it means something."""
        self.languages_detected: set[str] = set()
        self.languages_hinted: set[str] = set()
        self.first_end_of_turn_s: float | None = None
        self._conn = conn
        self._turn_offset = 0
        self._audio_offset_s = 0.0
        self._next_connected: Connected | None = None
        self.timing = timing
        self._sender = sender
        self._audio_clock = sender.audio_clock
        self._update = histograms["update"]
        self._wire = histograms["wire"]
        self._emit = emit
        self._on_message = on_message
        self._origin_s = origin_s

    @property
    def final_turns(self) -> EndedTurns:
        """Turns that have ended, with a text that will not change."""
        return self.tracker.finished

    def message(self, payload: bytes, received_s: float) -> None:
        """Take one whole message; never raises for anything a server may send."""
        self.messages_received += 1
        seen = self.tracker.violation_count
        user_ms = wire_ms = None
        broken: list[str] = []
        message: ServerMessage | None = None
        try:
            message = parse_server_message(payload)
        except MessageError as error:
            broken.append(f"message_{error.kind}")
        else:
            self._count(message)
            if isinstance(message, TurnInfo):
                if self._turn_offset or self._audio_offset_s:
                    shift(message, self._turn_offset, self._audio_offset_s)
                user_ms, wire_ms, broken = self._turn_info(message, received_s)
            was_quiet = self.tracker.state is TurnState.READY
            turn = self.tracker.feed(message)
            if was_quiet and turn is None and isinstance(message, TurnInfo):
                self.speaks_in_silence = True
            new = self.tracker.violation_count - seen
            broken += [violation.rule for violation in self.tracker.violations[-new:]] if new else []
        self.violations.update(broken)
        self._tell(payload, received_s, user_ms, wire_ms, broken)
        if message is not None:
            self._on_message(message)

    def aside(self, payload: bytes, received_s: float, on_connected: Callable[[], None]) -> None:
        """A message of the next stream, which is still being opened: kept, and looked at for Connected alone."""
        self._tell(payload, received_s, None, None, [])
        with contextlib.suppress(MessageError):
            message = parse_server_message(payload)
            if isinstance(message, Connected):
                self._next_connected = message
                on_connected()

    def begin_stream(self, leg: Leg) -> Turn | None:
        """The connection goes on in a new stream, which counts turns and audio from 0; an open turn is closed."""
        closed = self.tracker.new_stream()
        self.timing.cut(closed.transcript if closed else "", self.window_end_s - self._sender.unplanned_s)
        connected, self._next_connected = self._next_connected, None
        if connected is not None:
            self.tracker.feed(connected)
            self._count(connected)
        leg.turn_offset = self._turn_offset = self.tracker.next_index
        leg.audio_offset_s = self._audio_offset_s = self._audio_clock.audio_s
        self.last_turn_info_audio_s = self._audio_clock.audio_s
        return closed

    def _tell(
        self, payload: bytes, received_s: float, user_ms: float | None, wire_ms: float | None, broken: list[str]
    ) -> None:
        self._emit(
            Received(
                t=received_s - self._origin_s,
                conn=self._conn,
                text=payload.decode("utf-8", "replace"),
                user_latency_ms=user_ms,
                wire_latency_ms=wire_ms,
                violations=broken,
                turn_offset=self._turn_offset,
                audio_offset_s=self._audio_offset_s,
            )
        )

    def close(self) -> Turn | None:
        """End of the stream; returns the open turn whose last text has become final, or None."""
        closed = self.tracker.close()
        self.timing.close(closed.transcript if closed else "", self._audio_clock.audio_s - self._sender.unplanned_s)
        return closed

    def _count(self, message: ServerMessage) -> None:
        if isinstance(message, TurnInfo):
            self.event_counts[message.event] += 1
        else:
            self.event_counts[type(message).__name__.rstrip("_")] += 1
        if isinstance(message, Connected):
            self.request_id = message.request_id

    def _turn_info(self, info: TurnInfo, received_s: float) -> tuple[float | None, float | None, list[str]]:
        self.last_turn_info_audio_s = self._audio_clock.audio_s
        if info.transcript:
            self.heard_text = True
            self.last_text = info.transcript
        self.languages_detected.update(info.languages or ())
        self.languages_hinted.update(info.languages_hinted or ())
        if info.event == "EndOfTurn" and self.first_end_of_turn_s is None and self.streaming_since_s is not None:
            self.first_end_of_turn_s = received_s - self.streaming_since_s
        if info.audio_window_end is None:
            return None, None, []
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
            beyond = info.audio_window_end > self._audio_clock.audio_s + 1e-3
            return None, None, ["window_beyond_audio"] if beyond else []
        user_s, wire_s = received_s - moments.plan_s, received_s - moments.send_s
        if info.event == "Update":
            self._update.add(user_s)
            self._wire.add(wire_s)
            self.recent_ms.append(user_s * 1000)
            self.all_update_ms.append(user_s * 1000)
            self.all_wire_ms.append(wire_s * 1000)
        return round(user_s * 1000, 3), round(wire_s * 1000, 3), []
