"""The turn state machine of one stream: Ready, Speaking, AwaitingEnd, as one table.

A server that breaks a rule must not break the program: every broken rule becomes a recorded `Violation`,
and the machine goes to the state that the event names, so that it is always in a legal one.
Source of the states and rules: Deepgram's description of the Flux state machine and its invariants.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from msgspec import Struct, field

from flux_desktop.flux.messages import ConfigureSuccess, Connected, Error, ServerMessage, TurnEvent, TurnInfo, Word


class TurnState(StrEnum):
    """Where a conversation stands."""

    READY = "Ready"
    SPEAKING = "Speaking"
    AWAITING_END = "AwaitingEnd"


_READY, _SPEAKING, _AWAITING = TurnState.READY, TurnState.SPEAKING, TurnState.AWAITING_END

# (state, event) -> (next state, rule that the step breaks or None)
TRANSITIONS: dict[tuple[TurnState, TurnEvent], tuple[TurnState, str | None]] = {
    (_READY, TurnEvent.START_OF_TURN): (_SPEAKING, None),
    (_READY, TurnEvent.UPDATE): (_READY, None),
    (_READY, TurnEvent.EAGER_END_OF_TURN): (_AWAITING, "turn_without_start"),
    (_READY, TurnEvent.TURN_RESUMED): (_SPEAKING, "resumed_without_eager"),
    (_READY, TurnEvent.END_OF_TURN): (_READY, "turn_without_start"),
    (_SPEAKING, TurnEvent.START_OF_TURN): (_SPEAKING, "second_start_in_turn"),
    (_SPEAKING, TurnEvent.UPDATE): (_SPEAKING, None),
    (_SPEAKING, TurnEvent.EAGER_END_OF_TURN): (_AWAITING, None),
    (_SPEAKING, TurnEvent.TURN_RESUMED): (_SPEAKING, "resumed_without_eager"),
    (_SPEAKING, TurnEvent.END_OF_TURN): (_READY, None),
    (_AWAITING, TurnEvent.START_OF_TURN): (_SPEAKING, "second_start_in_turn"),
    (_AWAITING, TurnEvent.UPDATE): (_AWAITING, None),
    (_AWAITING, TurnEvent.EAGER_END_OF_TURN): (_AWAITING, "second_eager_without_resume"),
    (_AWAITING, TurnEvent.TURN_RESUMED): (_SPEAKING, None),
    (_AWAITING, TurnEvent.END_OF_TURN): (_READY, None),
}

HARD_RULES = frozenset(
    {
        "eager_without_text",
        "resumed_without_eager",
        "end_differs_from_eager",
        "turn_index_wrong",
        "eager_not_configured",
        "sequence_gap",
        "second_eager_without_resume",
    }
)
"""Rules whose breach is a fault of the server; captured streams are known to break the other ones."""


class Violation(Struct, frozen=True, kw_only=True):
    """One broken rule: its name, what was seen, and where."""

    rule: str
    detail: str
    sequence_id: int | None = None

    @property
    def hard(self) -> bool:
        """Whether the rule is one that no correct server breaks."""
        return self.rule in HARD_RULES


class Turn(Struct, kw_only=True):
    """One turn as it stands. Times are seconds of stream audio."""

    index: int
    transcript: str = ""
    words: list[Word] = field(default_factory=list)
    confidence: float | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    eager_count: int = 0
    resumed_count: int = 0
    ended_by: str | None = None
    """None while open, then model, timeout, manual, unknown (older builds) or closed (no EndOfTurn was received)."""


class EndedTurns(Protocol):
    """Where ended turns are kept, in order: a list, or `kept_turns.KeptTurns`."""

    def append(self, turn: Turn, /) -> None:
        """Keep one more."""

    def __iter__(self) -> Iterator[Turn]: ...

    def __len__(self) -> int: ...


class MessageEffect(NamedTuple):
    """What one message meant: the turn that it belongs to (just ended or open), and the rules that it broke."""

    turn: Turn | None
    violations: tuple[Violation, ...] = ()
    closed: Turn | None = None
    """The turn before, if its EndOfTurn was not received and it has a text."""
    is_late: bool = False
    """Whether it only repeats what is known of a turn that has ended."""


_NOTHING = MessageEffect(None)
_EVENTS: dict[str, TurnEvent] = {event.value: event for event in TurnEvent}


class TurnTracker:
    """Turn state of one conversation, fed with every server message in order; plain state, no clock, no I/O.

    `turn` is the open turn or None, `finished` the ended ones.
    """

    def __init__(self, *, eager_configured: bool | None = None, finished: EndedTurns | None = None) -> None:
        """`eager_configured` is None if unknown, which switches off that check.

        `finished` is where ended turns are kept, a list where it is None.
        """
        self.state = TurnState.READY
        self.turn: Turn | None = None
        self.finished: EndedTurns = [] if finished is None else finished
        self.next_index = 0
        self._eager_configured = eager_configured
        self._eager_text = ""
        self._last_sequence_id = -1
        self._last_window_end_s = 0.0
        self._request_id: str | None = None
        self._fatal = False
        self._broken: list[Violation] = []
        self._closed: Turn | None = None
        self._ended: Turn | None = None
        self._is_late = False

    def feed(self, message: ServerMessage) -> MessageEffect:
        """Take one message; returns its turn (None for messages outside of turns) and the violations found in it.

        An EndOfTurn that lacks the text of its turn is given the last one.
        """
        turn = self._turn_of(message)
        if not self._broken:
            return _NOTHING if turn is None else MessageEffect(turn)
        broken, self._broken = tuple(self._broken), []
        closed, self._closed = self._closed, None
        is_late, self._is_late = self._is_late, False
        return MessageEffect(turn, broken, closed, is_late)

    def _turn_of(self, message: ServerMessage) -> Turn | None:
        self._check_envelope(message)
        if isinstance(message, TurnInfo):
            event = _EVENTS.get(message.event)
            if event is None:  # of a newer build: kept in the recording, and moves nothing
                return self.turn
            if (
                message.turn_index is not None
                and message.turn_index < self.next_index
                and self._repeats(event, message)
            ):
                self._violation("turn_index_wrong", f"{event} of turn {message.turn_index}, which has ended", message)
                self._is_late = True
                return None
            if message.audio_window_end is not None:
                if message.audio_window_end < self._last_window_end_s:
                    self._violation("audio_window_went_back", f"{message.audio_window_end:g} s", message)
                self._last_window_end_s = message.audio_window_end
            return self._advance(event, message)
        if isinstance(message, Connected):
            self._request_id = message.request_id
        elif isinstance(message, ConfigureSuccess) and message.thresholds is not None:
            self._eager_configured = message.thresholds.eager_eot_threshold is not None
        elif isinstance(message, Error):
            self._fatal = True
        return None

    def new_stream(self) -> Turn | None:
        """The conversation goes on in a new stream; its messages are counted on by the caller (`messages.shift`).

        An open turn becomes final as in `close`, and its number is used up.
        """
        closed = self.close()
        if closed is not None:
            self.next_index = closed.index + 1
        self._last_sequence_id = -1
        self._request_id = None
        return closed

    def close(self) -> Turn | None:
        """End the stream; an open turn becomes final with its last text, ended by closed (None without one)."""
        turn, self.turn, self.state = self.turn, None, TurnState.READY
        if turn is None or not turn.transcript:
            return None
        turn.ended_by = "closed"
        self.finished.append(turn)
        self._ended = turn
        return turn

    def _repeats(self, event: TurnEvent, info: TurnInfo) -> bool:
        """Whether a message with an index that was before tells nothing new.

        A server may count wrongly: what it starts, or says of later audio, is not lost.
        """
        ended, index = self._ended, info.turn_index
        if event is TurnEvent.START_OF_TURN or ended is None or index is None:
            return False
        if self.turn is not None or index != ended.index:
            return index < (self.turn or ended).index
        if event is TurnEvent.UPDATE and not info.transcript:
            return False  # between turns
        if 0 < ended.end_s <= (info.audio_window_start or 0):
            return False
        is_old = info.audio_window_end is None or info.audio_window_end <= ended.end_s
        return is_old or ended.transcript.startswith(info.transcript)

    def _advance(self, event: TurnEvent, info: TurnInfo) -> Turn | None:
        if self.turn is not None and info.turn_index not in (None, self.turn.index):
            # Its text must not be replaced by that of another turn.
            self._violation("turn_index_wrong", f"turn {info.turn_index} while turn {self.turn.index} is open", info)
            self._closed = self.close()
            self.next_index = info.turn_index
        before = self.state
        if event is TurnEvent.UPDATE and before is _READY and not info.transcript:
            return None  # most messages between turns: nothing changes
        self.state, broken = TRANSITIONS[before, event]
        if broken is not None:
            self._violation(broken, f"{event} while {before}", info)
        if event is TurnEvent.UPDATE and before is _READY:
            # Seen on live endpoints: a turn that an Update opens.
            self._violation("turn_without_start", "Update with text while Ready", info)
            self.state = _SPEAKING
        turn = self._open_turn(info)
        if event is TurnEvent.END_OF_TURN and turn.transcript and not info.transcript:
            self._violation("end_without_text", "an end of turn without its text: the last one counts", info)
            info.transcript, info.words = turn.transcript, turn.words
        self._check_turn(event, info, turn, before)
        _take(turn, info)
        if event is TurnEvent.EAGER_END_OF_TURN:
            turn.eager_count += 1
            self._eager_text = info.transcript
        elif event is TurnEvent.TURN_RESUMED:
            turn.resumed_count += 1
        elif event is TurnEvent.END_OF_TURN:
            turn.ended_by = info.trigger or "unknown"
            self.finished.append(turn)
            self.turn, self._ended = None, turn
            self.next_index = turn.index + 1
        return turn

    def _open_turn(self, info: TurnInfo) -> Turn:
        if self.turn is None:
            index = self.next_index if info.turn_index is None else info.turn_index
            self.turn = Turn(index=index, start_s=info.audio_window_start or 0.0)
        return self.turn

    def _check_turn(self, event: TurnEvent, info: TurnInfo, turn: Turn, before: TurnState) -> None:
        expected = self.next_index
        if info.turn_index is not None and info.turn_index != expected:
            self._violation("turn_index_wrong", f"turn {info.turn_index}, expected {expected}", info)
            self.next_index = turn.index = info.turn_index
        if event is TurnEvent.EAGER_END_OF_TURN and not info.transcript:
            self._violation("eager_without_text", "an eager end of turn without a transcript", info)
        if event is TurnEvent.START_OF_TURN and not info.transcript:
            self._violation("start_without_text", "a start of turn without a transcript", info)
        if self._eager_configured is False and event in {TurnEvent.EAGER_END_OF_TURN, TurnEvent.TURN_RESUMED}:
            self._violation("eager_not_configured", f"{event} although eager is off", info)
        ended_by_model = event is TurnEvent.END_OF_TURN and info.trigger in {None, "model"}
        if ended_by_model and before is _AWAITING and info.transcript != self._eager_text:
            self._violation("end_differs_from_eager", "the final text is not the eager one", info)
        if (info.trigger is None) is (event is TurnEvent.END_OF_TURN):
            self._violation("trigger_misplaced", f"{event} with trigger {info.trigger}", info)

    def _check_envelope(self, message: ServerMessage) -> None:
        if self._fatal:
            self._violation("message_after_error", type(message).__name__, message)
        sequence_id, request_id = message.sequence_id, message.request_id
        if sequence_id is not None:
            if sequence_id != self._last_sequence_id + 1:
                detail = f"sequence_id {sequence_id} after {self._last_sequence_id}"
                self._violation("sequence_gap", detail, message)
            self._last_sequence_id = sequence_id
        if request_id != self._request_id and request_id is not None and self._request_id is not None:
            self._violation("request_id_changed", request_id, message)

    def _violation(self, rule: str, detail: str, message: ServerMessage) -> None:
        self._broken.append(Violation(rule=rule, detail=detail, sequence_id=message.sequence_id))


def _take(turn: Turn, info: TurnInfo) -> None:
    turn.transcript = info.transcript
    turn.words = info.words
    if info.end_of_turn_confidence is not None:
        turn.confidence = info.end_of_turn_confidence
    if info.audio_window_end is not None:
        turn.end_s = info.audio_window_end
