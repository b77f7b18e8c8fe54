"""One connection as a person follows it: its turns as cards, its state, its latencies, its raw messages."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from flux_desktop.base.packed_blocks import SideFile
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Received, Sent, message_of
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import (
    ConfigureFailure,
    ConfigureSuccess,
    Error,
    ServerMessage,
    TurnEvent,
    TurnInfo,
    Warning_,
)
from flux_desktop.flux.turns import Turn, TurnState, TurnTracker
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.card_list import CardList
from flux_desktop.ui.models.raw_log import RawLog, RawMessage
from flux_desktop.ui.models.series import Series

POINTS_KEPT = 3_000
"""Of a curve: about twelve minutes of Updates."""
UNWATCHED_EVERY_S = 4.0
"""Between two points of the curve of a connection whose messages are not watched."""
UNWATCHED_POINTS_KEPT = 256
"""About seventeen minutes of them: not less than of a watched connection, and little for a thousand."""
LANE_KEPT = 300
"""Stretches of a lane: far more than fit into the seconds that are shown."""


@dataclass(slots=True)
class LaneSpan:
    """A stretch of one turn state on the run's clock; `end_s` is None while it lasts."""

    state: str
    start_s: float
    end_s: float | None = None


class Conversation:
    """Fed with one connection's events in order; plain state. `revision` grows with every change."""

    def __init__(self, conn: int, truth: SpokenWords | None = None, side_file: SideFile | None = None) -> None:
        """`truth` holds the recording's words where they are known; older turns go to the side file."""
        self.conn = conn
        self._truth = truth
        self.cards = CardList(side_file)
        self.revision = 0
        self.stream_state = ConnectionState.WAITING
        self.request_id: str | None = None
        self.summary: ConnectionSummary | None = None
        self.row: ConnectionRow | None = None
        self.run_over = False
        self.words_from: tuple[str, ...] = ()
        self.eot_confidence: float | None = None
        self.last_end_ms: float | None = None
        self.latency = Series(UNWATCHED_POINTS_KEPT)
        self.wire_latency = Series(POINTS_KEPT)
        """Of watched connections only."""
        self.raw = RawLog()
        self.lane: deque[LaneSpan] = deque(maxlen=LANE_KEPT)
        self.eager_marks: deque[float] = deque(maxlen=LANE_KEPT)
        self.resumed_marks: deque[float] = deque(maxlen=LANE_KEPT)
        self.tracker = TurnTracker(finished=KeptTurns(words=True, side_file=side_file))
        self._open: Card | None = None
        self._eager_at_s: float | None = None
        self._watched = False
        self._streams_before = 0

    @property
    def turn_state(self) -> str:
        """Ready, Speaking or AwaitingEnd: from the messages where they are seen, else from the table."""
        if self._watched or self.row is None:
            return str(self.tracker.state)
        return self.row.turn_state

    @property
    def open_card(self) -> Card | None:
        """The card of the turn under way."""
        return self._open

    def connection_changed(self, event: ConnectionChanged) -> None:
        """Take a new state of the connection."""
        self.stream_state = event.state
        self.request_id = event.request_id or self.request_id
        if event.problem is not None:
            again = "It is tried again."
            if event.state is ConnectionState.RECONNECTING:
                again = "It is being opened again."
                self._end_stream()
            self._note(f"{event.problem.what} {again}")
        if event.streams_before > self._streams_before:
            self._streams_before = event.streams_before
            self._end_stream()
            self._note("The connection changed over to a new stream." if event.gap is None else _back(event.gap))
        self.revision += 1

    def _end_stream(self) -> None:
        """Nothing more comes in the present stream: an open turn keeps its last text."""
        turn = self.tracker.new_stream()
        if self._open is not None:
            if turn is not None:
                self._finish(self._open, turn, None)
            else:
                self.cards.remove(self._open)
            self._touch(self._open)
            self._open = None

    def sent(self, event: Sent) -> None:
        """Take a control message that went out."""
        self._keep_raw(event.t, True, event.text)

    def row_changed(self, t: float, row: ConnectionRow) -> None:
        """Take the table's line; it carries the curve where messages are not watched."""
        self.row = row
        self.request_id = row.request_id or self.request_id
        if not self._watched:
            latency_ms, points = row.update_latency_ms, self.latency
            due = not len(points) or t - points.x[-1] >= UNWATCHED_EVERY_S
            if due and latency_ms is not None and row.state is ConnectionState.STREAMING:
                points.append(t, latency_ms)
            self._lane_state(t, row.turn_state)
        self.revision += 1

    def received(self, event: Received) -> ServerMessage | None:
        """Take a server message; returns it parsed, or None for what is none."""
        if not self._watched:
            self._watched = True
            self.latency.widen(POINTS_KEPT)
        self._keep_raw(event.t, False, event.text)
        message = message_of(event)
        if message is None:
            self._note("A message could not be read; it is kept in the raw view.")
            return None
        turn = self.tracker.feed(message)
        if isinstance(message, TurnInfo):
            self._turn_info(event, message, turn)
        elif isinstance(message, Warning_):
            self._note(f"Warning {message.code or ''}: {message.description or 'no description'}")
        elif isinstance(message, Error):
            self._note(f"Error {message.code or ''}: {message.description or 'no description'}")
        elif isinstance(message, ConfigureFailure):
            self._note(f"The change was refused: {message.description or message.code or 'no reason was given'}")
        elif isinstance(message, ConfigureSuccess):
            self._note("New parameters are in force.")
        return message

    def ended(self, event: ConnectionEnded) -> None:
        """Take the last word: an open turn becomes final with its last text."""
        self.summary = event.summary
        self.stream_state = ConnectionState.ENDED
        turn = self.tracker.close()
        if self._open is not None:
            if turn is not None:
                self._finish(self._open, turn, None)
            elif event.closed_text:
                self._open.text = event.closed_text
                self._open.tone = "final"
                self._open.ended_by = "closed"
            else:
                self.cards.remove(self._open)
            self._touch(self._open)
        self._open = None
        self.eot_confidence = None
        self._lane_state(event.t, "Ended")
        if event.summary.problem is not None:
            self._note(event.summary.problem.sentence())
        self.revision += 1

    def run_ended(self) -> None:
        """The run is over, whether or not this connection ever began."""
        if not self.run_over:
            self.run_over = True
            self.revision += 1

    def transcript(self) -> list[str]:
        """The turns' texts in order, for copying."""
        return [card.text for card in self.cards if card.tone != "note" and card.text]

    def _turn_info(self, event: Received, info: TurnInfo, turn: Turn | None) -> None:
        self.eot_confidence = info.end_of_turn_confidence
        is_update = info.event == TurnEvent.UPDATE
        if is_update and event.user_latency_ms is not None:
            self.latency.append(event.t, event.user_latency_ms)
        if is_update and event.wire_latency_ms is not None:
            self.wire_latency.append(event.t, event.wire_latency_ms)
        self._lane_state(event.t, str(self.tracker.state))
        if turn is None:
            return
        card = self._open
        if card is None:
            card = self._open = Card(index=turn.index, start_s=turn.start_s)
            self.cards.append(card)
        if info.event == TurnEvent.EAGER_END_OF_TURN:
            self._eager_at_s = event.t
            self.eager_marks.append(event.t)
        elif info.event == TurnEvent.TURN_RESUMED:
            self.resumed_marks.append(event.t)
        if turn.ended_by is not None:
            if self._eager_at_s is not None and turn.eager_count > turn.resumed_count:
                card.eager_lead_ms = (event.t - self._eager_at_s) * 1000
            self._finish(card, turn, event.user_latency_ms)
            if event.user_latency_ms is not None:
                self.last_end_ms = card.end_ms
            self._open, self._eager_at_s = None, None
        else:
            card.take(turn)
            card.tone = "awaiting" if self.tracker.state is TurnState.AWAITING_END else "listening"
        self._touch(card)

    def _finish(self, card: Card, turn: Turn, latency_ms: float | None) -> None:
        card.take(turn)
        card.tone = "final"
        card.ended_by = turn.ended_by
        card.latency_ms = latency_ms
        true_end_s = None if self._truth is None else self._truth.last_end_s(card.end_s)
        if true_end_s is not None and true_end_s > card.start_s:
            card.decision_ms = (card.end_s - true_end_s) * 1000

    def _note(self, text: str) -> None:
        before = self.cards[-2 if self._open is not None and len(self.cards) > 1 else -1] if self.cards else None
        if before is not None and before.tone == "note" and before.text == text:
            return
        note = Card(index=-1, tone="note", text=text)
        # A remark in mid-turn stands before the open card, which stays the last one.
        position = len(self.cards) - 1 if self._open is not None and self.cards[-1] is self._open else len(self.cards)
        self.cards.insert(position, note)
        self.revision += 1

    def _lane_state(self, t: float, state: str) -> None:
        last = self.lane[-1] if self.lane else None
        if last is not None and last.state == state:
            return
        if last is not None:
            last.end_s = t
        if state != "Ended":
            self.lane.append(LaneSpan(state=state, start_s=t))

    def _keep_raw(self, t: float, outgoing: bool, text: str) -> None:
        self.raw.append(RawMessage(t=t, outgoing=outgoing, kind=_kind(text), text=text))

    def _touch(self, card: Card) -> None:
        card.revision += 1
        self.revision += 1


def _back(gap: tuple[float, float]) -> str:
    return f"The connection is back. Nothing was heard from {gap[0]:.1f} s to {gap[1]:.1f} s of the audio."


def _kind(text: str) -> str:
    """The message's type, and a TurnInfo's event, read without parsing the whole."""
    for name in ("event", "type"):
        marker = f'"{name}":"'
        at = text.find(marker)
        if at >= 0:
            start = at + len(marker)
            return text[start : text.find('"', start)]
    return "message"
