"""The transcript as lines of text, one per message that a person should see; pure, no output of its own.

[Conn 1] > greeting.flac [clip]
[Conn 1]   hello how are you [update]
[Conn 1] ~ hello, how are you? (87.3%) [eager, turn 0]
[Conn 1] ✓ hello, how are you? (91.2%) [turn 0]
[Conn 1]   ... resumed [turn 1]
[Conn 1] ! The connection was lost. [reconnecting]
[Conn 1] ! reconnected: audio from 3.2 s to 4.6 s was not transcribed [gap]
"""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event, Received
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.messages import TurnEvent
from flux_desktop.flux.turns import Turn

_SHOWN_TYPES = frozenset({"ConfigureFailure", "Warning", "Error"})


class TranscriptLines:
    """Turns events into lines; an update is shown only where its text differs from the one before."""

    def __init__(self) -> None:
        self._last_text: dict[int, str] = {}

    def lines(self, event: Event) -> list[str]:
        """The lines for one event, without newlines; none for most."""
        match event:
            case Received():
                return self._received(event)
            case ConnectionChanged():
                return self._connection_changed(event)
            case ClipStarted():
                return [f"[Conn {event.conn}] > {plain(Path(event.clip).name)} [clip]"]
            case ConnectionEnded():
                return self._closed(event.summary.conn, event.closed_turn)
        return []

    def _received(self, event: Received) -> list[str]:
        if event.type in _SHOWN_TYPES:
            reason = ": ".join(plain(part) for part in (event.code, event.description) if part)
            return [f"[Conn {event.conn}] ! {reason or 'no reason given'} [{event.type}]"]
        lines = self._closed(event.conn, event.closed_turn)
        return lines if event.turn is None else lines + self._turn_info(event, event.turn)

    def _turn_info(self, event: Received, turn: Turn) -> list[str]:
        head, text = f"[Conn {event.conn}]", plain(turn.transcript).strip()
        before, self._last_text[event.conn] = self._last_text.get(event.conn, ""), text
        confidence = "" if event.eot_confidence is None else f" ({event.eot_confidence:.1%})"
        match event.turn_event:
            case TurnEvent.UPDATE | TurnEvent.START_OF_TURN:
                return [f"{head}   {text} [update]"] if text and text != before else []
            case TurnEvent.EAGER_END_OF_TURN:
                return [f"{head} ~ {text}{confidence} [eager, turn {turn.index}]"]
            case TurnEvent.TURN_RESUMED:
                return [f"{head}   ... resumed [turn {turn.index}]"]
            case TurnEvent.END_OF_TURN:
                self._last_text[event.conn] = ""
                return [f"{head} ✓ {text}{confidence} [turn {turn.index}]"] if text else []
        return [f"{head}   {text} [{plain(event.turn_event)}, turn {turn.index}]"] if text else []

    def _connection_changed(self, event: ConnectionChanged) -> list[str]:
        head, lines = f"[Conn {event.conn}] !", self._closed(event.conn, event.closed_turn)
        if event.problem is not None:
            is_reconnect = event.state is ConnectionState.RECONNECTING
            lines.append(f"{head} {plain(event.problem.what)} [{'reconnecting' if is_reconnect else 'retrying'}]")
        if event.cut_s is not None:
            lines.append(f"{head} new stream during speech: a word at {event.cut_s:.1f} s may be missing [cut]")
        if event.gap is not None:
            gap = f"audio from {event.gap[0]:.1f} s to {event.gap[1]:.1f} s was not transcribed"
            lines.append(f"{head} reconnected: {gap} [gap]")
        return lines

    def _closed(self, conn: int, turn: Turn | None) -> list[str]:
        if turn is None:
            return []
        self._last_text.pop(conn, None)
        text = plain(turn.transcript).strip()
        return [f"[Conn {conn}] ✓ {text} [turn {turn.index}, closed]"] if text else []
