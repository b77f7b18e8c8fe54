"""Recordings of version 0.1.0 (schema 1), read as the events of today.

Schema 1 named connections streams, kept server messages unparsed, and rows carried single thresholds. What the engine
now records with a message is derived from its text here, in the order of one file.
"""

from __future__ import annotations

from typing import Any

import msgspec

from flux_desktop.engine.records.events import UNREADABLE, ConnectionChanged, ConnectionEnded, Event, Received
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.messages import (
    ConfigureFailure,
    Error,
    MessageError,
    TurnInfo,
    Warning_,
    message_type,
    parse_server_message,
    shift,
)
from flux_desktop.flux.turns import Turn, TurnTracker

_TAGS = {"stream": "connection", "stream_ended": "connection_ended", "words_sourced": "transcript_provenance"}
_OLD_TAGS = tuple(f'"event":"{tag}"'.encode() for tag in _TAGS)
_THRESHOLDS = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms")


class _OldReceived(msgspec.Struct, kw_only=True):
    t: float
    conn: int
    text: str
    user_latency_ms: float | None = None
    wire_latency_ms: float | None = None
    violations: list[str] = []
    turn_offset: int = 0
    audio_offset_s: float = 0.0


def is_legacy(line: bytes) -> bool:
    """Whether a line is of schema 1 and would be read wrongly, or not at all, as an event of today."""
    head = line[:64]
    if any(tag in head for tag in _OLD_TAGS):
        return True
    if b'"event":"received"' in head:
        return b'"type":"' not in line[: line.find(b'"text":"')]
    return b'"event":"snapshot"' in head and b'"eot_threshold"' in line and b'"parameters"' not in line


class LegacyReader:
    """Reads the lines of one file in order: turns span messages."""

    def __init__(self) -> None:
        self._trackers: dict[int, TurnTracker] = {}
        self._streams: dict[int, int] = {}

    def read(self, line: bytes) -> Event:
        """The event of one line; raises `msgspec.DecodeError` (or its ValidationError) for what is none."""
        try:
            fields = msgspec.json.decode(line, type=dict[str, Any])
        except (UnicodeError, RecursionError) as error:
            raise msgspec.DecodeError(str(error)) from error
        tag = fields.get("event")
        if tag == "received":
            return self._received(msgspec.convert(fields, _OldReceived))
        fields["event"] = _TAGS.get(tag, tag) if isinstance(tag, str) else tag
        for row in fields.get("rows") or ():
            _upgrade_row(row)
        closed_text = fields.pop("closed_text", None)
        event: Event = msgspec.convert(fields, Event)
        if isinstance(event, ConnectionChanged):
            self._changed(event)
        elif isinstance(event, ConnectionEnded):
            tracker = self._trackers.pop(event.summary.conn, None)
            event.closed_turn = None if tracker is None else tracker.close()
            if event.closed_turn is None and isinstance(closed_text, str) and closed_text:
                event.closed_turn = Turn(index=event.summary.turns, transcript=closed_text, ended_by="closed")
        return event

    def _changed(self, event: ConnectionChanged) -> None:
        tracker = self._trackers.get(event.conn)
        is_new_stream = event.streams_before > self._streams.get(event.conn, 0)
        if tracker is not None and (is_new_stream or event.state is ConnectionState.RECONNECTING):
            event.closed_turn = tracker.new_stream()
        if is_new_stream:
            self._streams[event.conn] = event.streams_before

    def _received(self, old: _OldReceived) -> Received:
        event = Received(
            t=old.t,
            conn=old.conn,
            type=UNREADABLE,
            text=old.text,
            user_latency_ms=old.user_latency_ms,
            wire_latency_ms=old.wire_latency_ms,
            violations=old.violations,
        )
        tracker = self._trackers.setdefault(old.conn, TurnTracker(finished=_Dropped()))
        try:
            message = parse_server_message(old.text)
        except MessageError:
            event.turn_state = tracker.state
            return event
        event.type = message_type(message)
        if isinstance(message, TurnInfo):
            shift(message, old.turn_offset, old.audio_offset_s)
            event.turn_event, event.eot_confidence = message.event, message.end_of_turn_confidence
        elif isinstance(message, Error | Warning_ | ConfigureFailure):
            event.code, event.description = message.code or "", message.description or ""
        step = tracker.feed(message)
        event.turn = None if step.turn is None else msgspec.structs.replace(step.turn)
        event.closed_turn = step.closed
        event.turn_state = tracker.state
        return event


class _Dropped(list[Turn]):
    """Ended turns stand in their events: none are kept."""

    def append(self, turn: Turn, /) -> None:
        return


def _upgrade_row(row: object) -> None:
    """Put a row's thresholds into its parameters; what is no row is left to the decoder."""
    if isinstance(row, dict):
        thresholds = {name: row.pop(name) for name in _THRESHOLDS if name in row}
        row.pop("configure_pending", None)
        if thresholds:
            row["parameters"] = {"in_force": thresholds, "wanted": thresholds}
