"""One connection as the window shows it: its turns as cards, its state, its latencies, its raw messages.

Everything shown comes from the engine's events, which carry the parsed messages and turns.
"""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.recording.session_audio import ConnectionAudio
from flux_desktop.engine.records.audio_events import AudioStarted, ClipAhead, ClipStarted
from flux_desktop.engine.records.events import UNREADABLE, ConnectionChanged, ConnectionEnded, Received, Sent
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, ParameterState
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import TurnEvent
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import Turn, TurnState
from flux_desktop.ui.models.absence import Absence
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.card_list import CardList
from flux_desktop.ui.models.parameter_changes import change_words, confirmed
from flux_desktop.ui.models.raw_log import RawLog, RawMessage
from flux_desktop.ui.models.series import Series
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.models.timeline_marks import mark_change, mark_switch, mark_turn_event
from flux_desktop.ui.models.turn_cards import TurnCards

POINTS_KEPT = 3_000
"""Of a curve: about twelve minutes of Updates."""
UNWATCHED_EVERY_S = 4.0
"""Between two points of the curve of a connection whose messages are not watched."""
UNWATCHED_POINTS_KEPT = 256
"""About seventeen minutes of them: as long as for a watched connection, and little memory for a thousand."""
CLIPS_KEPT = 3


class Conversation:
    """Fed with one connection's events in order; plain state. `revision` grows with every change."""

    def __init__(
        self,
        conn: int,
        truth: SpokenWords | None = None,
        side_file: SideFile | None = None,
        options: FluxOptions | None = None,
    ) -> None:
        """`truth` holds the recording's words where known, `options` the plan's parameters.

        Older turns go to `side_file`, None for one of its own.
        """
        self.conn = conn
        side_file = side_file or SideFile()
        self._turns = TurnCards(truth, side_file)
        self._planned = ParameterState(wanted=options or FluxOptions(), in_force=options or FluxOptions())
        self.revision = 0
        self.connection_state = ConnectionState.WAITING
        self.request_id: str | None = None
        self.summary: ConnectionSummary | None = None
        self.row: ConnectionRow | None = None
        self.run_over = False
        self.absence = Absence.NOT_STARTED
        """Why there is no `summary` once the run is over."""
        self.transcript_from: tuple[str, ...] = ()
        """Where the built-in endpoint's text comes from."""
        self.clip = ""
        """The clip of a data set that is being sent, or was sent last."""
        self.clip_path = ""
        self.clip_offset_s = 0.0
        """Where that clip begins in its file."""
        self.audio = ConnectionAudio(conn)
        """What is sent, for those who listen: the clip before, the present and the next one."""
        self.eot_confidence: float | None = None
        self.latency = Series(UNWATCHED_POINTS_KEPT)
        self.wire_latency = Series(POINTS_KEPT)
        """Of watched connections only."""
        self.raw = RawLog()
        self.timeline = Timeline(side_file)
        self._turn_state = str(TurnState.READY)
        self._watched = False
        self._streams_before = 0
        begun = self._planned.in_force
        self.timeline.set_thresholds(0.0, begun.eot_threshold_in_force, begun.eager_eot_threshold)
        self._confirmed: FluxOptions | None = None
        """In force by the newest confirmation of the present stream."""

    def audio_event(self, event: AudioStarted | ClipAhead) -> None:
        """Take what is known of the audio that the connection sends."""
        self.audio.take(event, clips_max=CLIPS_KEPT)
        if isinstance(event, AudioStarted):
            self.timeline.begins(event.t)

    def clip_started(self, event: ClipStarted, words: SpokenWords | None = None) -> None:
        """The connection sends another clip of its data set, in which `words` are said where that is known."""
        self.revision += 1
        self._turns.clip_started(event.audio_s, words)
        self.clip_path, self.clip_offset_s = event.clip, event.offset_s
        self.clip = Path(event.clip).stem + (f" from {event.offset_s:g} s" if event.offset_s else "")
        self.timeline.clip_started(event)

    @property
    def audio_from_s(self) -> float | None:
        """Where the connection's audio begins on the run's clock; None before its first row."""
        return self.timeline.origin_s

    @property
    def turn_state(self) -> str:
        """Ready, Speaking or AwaitingEnd: from the messages where they are watched, else from the row."""
        return self._turn_state if self._watched or self.row is None else self.row.turn_state

    @property
    def is_complete(self) -> bool:
        """Whether all turns that have ended are among the cards."""
        ended = self.row.turns if self.row is not None else 0
        return self._watched or self.summary is not None or not ended

    @property
    def parameters(self) -> ParameterState:
        """What is wanted and in force on this connection."""
        from_row = None if self.row is None else self.row.parameters
        return self._planned if from_row is None else from_row

    @property
    def open_card(self) -> Card | None:
        """The card of the turn in progress."""
        return self._turns.open

    @property
    def cards(self) -> CardList:
        """Turns in order, and notes between them."""
        return self._turns.cards

    @property
    def turns(self) -> KeptTurns:
        """Ended turns in order."""
        return self._turns.ended

    @property
    def last_end_ms(self) -> float | None:
        """How long after the last turn's end its end was reported."""
        return self._turns.last_end_ms

    # ------------------------------------------------------------ events

    def connection_changed(self, event: ConnectionChanged) -> None:
        """Take a new state of the connection."""
        self.connection_state = event.state
        self.request_id = event.request_id or self.request_id
        if event.problem is not None:
            again = "Reconnecting." if event.state is ConnectionState.RECONNECTING else "Retrying."
            self._note(f"{event.problem.what} {again}")
        if event.streams_before > self._streams_before:
            self._streams_before = event.streams_before
            self._confirmed = None
            self._close_turn(event.closed_turn)
            self.timeline.turn_closed(event.t)
            words = _switch_note(event)
            self._note(words)
            mark_switch(self.timeline, event, words)
        self.revision += 1

    def sent(self, event: Sent) -> None:
        """Take a control message that was sent."""
        if event.text:
            self.raw.append(RawMessage(t=event.t, outgoing=True, kind=_sent_kind(event.text), text=event.text))

    def row_changed(self, t: float, row: ConnectionRow) -> None:
        """Take the connection's row; it carries the curve where messages are not watched."""
        self.row = row
        self.request_id = row.request_id or self.request_id
        self.timeline.placed(t, row.position_s)
        if not self._watched:
            latency_ms, points = row.update_latency_ms, self.latency
            due = not len(points) or t - points.x[-1] >= UNWATCHED_EVERY_S
            if due and latency_ms is not None and row.state is ConnectionState.STREAMING:
                points.append(t, latency_ms)
            self.timeline.state(t, row.turn_state)
        self.revision += 1

    def received(self, event: Received) -> None:
        """Take a server message."""
        if not self._watched:
            self._watched = True
            self.latency.widen(POINTS_KEPT)
        kind = event.turn_event or event.type
        if event.text:  # a digest leaves it out of older messages
            self.raw.append(RawMessage(t=event.t, outgoing=False, kind=kind, text=event.text))
        self._turn_state = str(event.turn_state)
        reason = event.description or "no description"
        match event.type:
            case "TurnInfo":
                self._turn_info(event)
            case "Warning" | "Error":
                self._note(f"{event.type}{f' {event.code}' if event.code else ''}: {reason}")
            case "ConfigureFailure":
                words = f"The change was refused: {event.description or event.code or 'no reason given'}"
                self._note(words)
                self.timeline.add(event.t, MarkKind.REFUSED, "refused", f"Configure. {words}")
            case "ConfigureSuccess":
                before = self._confirmed or self.parameters.in_force
                self._confirmed = confirmed(before, event.text)
                position_s = event.t if self.row is None else self.row.position_s
                words = change_words(before, self._confirmed, position_s)
                self._note(words)
                mark_change(self.timeline, event.t, before, self._confirmed, words)
            case _ if event.type == UNREADABLE:
                self._note("A message could not be read; the raw view has it.")

    def ended(self, event: ConnectionEnded) -> None:
        """Take the connection's end: an open turn becomes final with its last text."""
        self.summary = summary = event.summary.after(self.summary)
        self.connection_state = ConnectionState.ENDED
        self._turn_state = str(TurnState.READY)
        self._close_turn(event.closed_turn)
        self._turns.take_final_texts(summary.final_texts)
        self.eot_confidence = None
        self.timeline.turn_closed(event.t)
        self.timeline.state(event.t, "Ended")
        if summary.problem is not None:
            words = summary.problem.sentence()
            self._note(words)
            self.timeline.add(event.t, MarkKind.FAILED, "failed", f"The connection ended with a problem. {words}")
        self.timeline.end()
        self.revision += 1

    def run_ended(self, absence: Absence) -> None:
        """The run is over, whether or not this connection ever began."""
        if not self.run_over:
            self.run_over, self.absence = True, absence
            if self.timeline.origin_s is None:
                self.timeline.end()
            self.revision += 1

    def transcript(self) -> list[str]:
        """The turns' texts in order, for copying."""
        return [card.text for card in self.cards if card.tone != "note" and card.text]

    def _turn_info(self, event: Received) -> None:
        self.eot_confidence = event.eot_confidence
        is_update = event.turn_event == TurnEvent.UPDATE
        if is_update and event.user_latency_ms is not None:
            self.latency.append(event.t, event.user_latency_ms)
        if is_update and event.wire_latency_ms is not None:
            self.wire_latency.append(event.t, event.wire_latency_ms)
        if event.closed_turn is not None:
            self._close_turn(event.closed_turn)
            self.timeline.turn_closed(event.t)
        self.timeline.state(event.t, self._turn_state)
        if event.turn is None:
            return
        is_first = self.open_card is None
        card = self._turns.take(event, event.turn)
        self.timeline.turn_changed(event, card)
        mark_turn_event(self.timeline, event, card, is_first=is_first)
        self.revision += 1

    def _close_turn(self, turn: Turn | None) -> None:
        if self._turns.close(turn):
            self.timeline.turn_dropped()
        self.revision += 1

    def _note(self, text: str) -> None:
        if self._turns.note(text):
            self.revision += 1


def _switch_note(event: ConnectionChanged) -> str:
    if event.gap is not None:
        return f"Reconnected. Audio from {event.gap[0]:.1f} s to {event.gap[1]:.1f} s was not transcribed."
    if event.cut_s is not None:
        return f"Switched to a new stream during speech: a word at {event.cut_s:.1f} s may be missing."
    return "Switched to a new stream."


def _sent_kind(text: str) -> str:
    """The type of a message of ours, whose JSON begins with it."""
    return text.removeprefix('{"type":"').partition('"')[0]
