"""What each connection of a recorded run was sent and what it transcribed and decided, read from the session folder.

Only the lines that matter are decoded: Updates, most of a recording, are passed over. A recording without reference
texts (`ClipReference`) has nothing to compare.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.recording.recording_file import OnRead, recorded_lines, recording_files
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Received,
    RunStarted,
    Sent,
    decode_event,
)
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.accuracy.heard_text import HeardText
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, EndCause, TurnDecision
from flux_desktop.flux.turns import Turn

_TAGS = tuple(
    f'{{"event":"{tag}"'.encode()
    for tag in ("run_started", "clip", "clip_reference", "connection", "connection_ended", "received", "sent")
)
_RECEIVED = b'{"event":"received"'
_UPDATE, _TURN_EVENT = b'"turn_event":"Update"', b'"turn_event":"'
_EVENTS = {
    "EagerEndOfTurn": DetectorEvent.EAGER,
    "TurnResumed": DetectorEvent.RESUMED,
    "EndOfTurn": DetectorEvent.END,
}
_CAUSES = {"model": EndCause.MODEL, "timeout": EndCause.TIMEOUT, "manual": EndCause.FORCED, "closed": EndCause.FORCED}


class Play(Struct, kw_only=True):
    """A clip that a connection began to send, `start_s` seconds into its audio."""

    number: int
    start_s: float


class HeardConnection(Struct, kw_only=True):
    """One connection; all times are seconds of its audio."""

    conn: int
    plays: list[Play] = []
    texts: list[HeardText] = []
    decisions: list[TurnDecision] = []
    gaps: list[Span] = []
    """What no stream heard, because one was lost."""
    audio_s: float = 0.0
    """How much of the clips was sent."""
    sent_s: float = 0.0
    """The same with the silence after them."""


class HeardRun(Struct, kw_only=True):
    """A recorded run, as far as it can be compared with its references, which are known by number of clip."""

    plan: RunPlan
    references: dict[int, ClipReference]
    connections: list[HeardConnection]


def read_heard_run(folder: Path, on_read: OnRead | None = None) -> HeardRun | None:
    """Read a session folder; None where it has no reference texts or no plan. Blocks; raises `OSError`."""
    plan: RunPlan | None = None
    references: dict[int, ClipReference] = {}
    readers: dict[int, _ConnectionReader] = {}
    for path in recording_files(folder):
        for event in _events(path, on_read):
            if isinstance(event, RunStarted):
                plan = event.plan
            elif isinstance(event, ClipReference):
                references[event.number] = event
            elif isinstance(event, ClipStarted | Received | Sent | ConnectionChanged | ConnectionEnded):
                conn = event.summary.conn if isinstance(event, ConnectionEnded) else event.conn
                readers.setdefault(conn, _ConnectionReader(conn)).feed(event)
    if plan is None or not references:
        return None
    connections = [readers[conn].connection for conn in sorted(readers)]
    for connection in connections:
        _complete(connection, references)
    return HeardRun(plan=plan, references=references, connections=connections)


def _events(path: Path, on_read: OnRead | None) -> Iterator[Event]:
    for line in recorded_lines(path, on_read):
        if not line.startswith(_TAGS):
            continue
        if line.startswith(_RECEIVED) and (_TURN_EVENT not in line or _UPDATE in line):
            continue
        try:
            yield decode_event(line)
        except msgspec.DecodeError:
            continue  # cut off, or of an earlier version


def _complete(connection: HeardConnection, references: dict[int, ClipReference]) -> None:
    """Plays of a run without a data set: one recording, perhaps looped."""
    if not connection.sent_s:  # the recording was cut off
        last_s = max((each.audio_s for each in connection.decisions), default=0.0)
        connection.audio_s = connection.sent_s = last_s
    whole = references.get(0)
    if connection.plays or whole is None or not connection.audio_s:
        return
    times = max(1, math.ceil(connection.audio_s / whole.length_s - 1e-6)) if whole.is_looped else 1
    connection.plays = [Play(number=0, start_s=n * whole.length_s) for n in range(times)]


class _ConnectionReader:
    """Follows the events of one connection, in order."""

    def __init__(self, conn: int) -> None:
        self.connection = HeardConnection(conn=conn)
        self._turn_from_s: float | None = None
        self._streams_before = 0
        self._is_closing = False
        """Whether CloseStream was sent: an end of turn that follows may be its result."""

    def feed(self, event: ClipStarted | Received | Sent | ConnectionChanged | ConnectionEnded) -> None:
        """Take the next event."""
        match event:
            case ClipStarted():
                self.connection.plays.append(Play(number=event.number, start_s=event.audio_s))
            case Received(turn=turn):
                self._closed(event.closed_turn)
                if turn is not None:
                    self._turn_event(event, turn)
            case Sent():
                self._is_closing = self._is_closing or '"CloseStream"' in event.text
            case ConnectionChanged():
                self._closed(event.closed_turn)
                if event.gap is not None:
                    self.connection.gaps.append(Span(start_s=event.gap[0], end_s=event.gap[1]))
                if event.streams_before > self._streams_before:
                    self._streams_before, self._is_closing = event.streams_before, False
            case ConnectionEnded(summary=summary):
                self._closed(event.closed_turn)
                self.connection.audio_s, self.connection.sent_s = summary.audio_s, summary.sent_s

    def _turn_event(self, event: Received, turn: Turn) -> None:
        if event.turn_event == "StartOfTurn":
            self._turn_from_s = turn.end_s
            return
        kind = _EVENTS.get(event.turn_event)
        if kind is None:
            return
        cause = EndCause.UNKNOWN
        if kind is DetectorEvent.END:
            cause = EndCause.FORCED if self._is_closing else _CAUSES.get(turn.ended_by or "", EndCause.UNKNOWN)
            self._text(turn)
        latency_ms = event.user_latency_ms
        self.connection.decisions.append(
            TurnDecision(
                event=kind,
                audio_s=turn.end_s,
                heard_s=None if latency_ms is None else turn.end_s + latency_ms / 1000,
                cause=cause,
                transcript=turn.transcript,
            )
        )

    def _closed(self, turn: Turn | None) -> None:
        """A turn that was open when its stream ended: its text counts, but no end of turn was decided."""
        if turn is not None:
            self._text(turn)
            self.connection.decisions.append(
                TurnDecision(
                    event=DetectorEvent.END, audio_s=turn.end_s, cause=EndCause.FORCED, transcript=turn.transcript
                )
            )

    def _text(self, turn: Turn) -> None:
        from_s, self._turn_from_s = self._turn_from_s, None
        if turn.transcript.strip():
            start_s = turn.end_s if from_s is None else from_s
            self.connection.texts.append(HeardText(text=turn.transcript, start_s=start_s, end_s=turn.end_s))
