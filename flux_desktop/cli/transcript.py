"""The transcript as lines of text, one per message that a person should see; pure, no output of its own.

[Conn 1]   hello how are you [update]
[Conn 1] ~ hello, how are you? (87.3%) [eager, turn 0]
[Conn 1] ✓ hello, how are you? (91.2%) [turn 0]
[Conn 1]   ... resumed [turn 1]
[Conn 1] ! The connection was lost. [reconnecting]
[Conn 1] ! back after a gap: nothing was heard from 3.2 s to 4.6 s of the audio [reconnected]
"""

from __future__ import annotations

from flux_desktop.base.plain_text import plain
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event, Received, message_of
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.messages import ConfigureFailure, Error, TurnEvent, TurnInfo, Warning_


class TranscriptLines:
    """Turns events into lines. Keeps the last text of each connection, as an update is shown only where it differs."""

    def __init__(self) -> None:
        self._shown: dict[int, str] = {}
        self._turn: dict[int, int] = {}
        self._streams: dict[int, int] = {}
        self._told_closed: set[int] = set()
        """Connections whose open turn ended with its stream, and that have said nothing since."""

    def lines(self, event: Event) -> list[str]:
        """The lines for one event, without newlines; none for most."""
        if isinstance(event, ConnectionEnded):
            conn = event.summary.conn
            return [] if conn in self._told_closed else self._closed(conn, event.closed_text)
        if isinstance(event, ConnectionChanged):
            return self._stream_changed(event)
        if not isinstance(event, Received):
            return []
        message = message_of(event)
        if isinstance(message, TurnInfo):
            return self._turn_info(event.conn, message)
        if isinstance(message, ConfigureFailure | Warning_ | Error):
            name = type(message).__name__.rstrip("_")
            said = ": ".join(plain(part) for part in (message.code, message.description) if part)
            return [f"[Conn {event.conn}] ! {said or 'no reason given'} [{name}]"]
        return []

    def _stream_changed(self, event: ConnectionChanged) -> list[str]:
        head, lines = f"[Conn {event.conn}] !", []
        if event.streams_before > self._streams.get(event.conn, 0) or event.state is ConnectionState.RECONNECTING:
            # What was open in the old stream will not be said again in a new one.
            self._streams[event.conn] = event.streams_before
            lines += self._closed(event.conn, self._shown.get(event.conn))
            self._told_closed.add(event.conn)
        if event.problem is not None:
            doing = "reconnecting" if event.state is ConnectionState.RECONNECTING else f"retry {event.retries}"
            lines.append(f"{head} {plain(event.problem.what)} [{doing}]")
        if event.gap is not None:
            gap = f"from {event.gap[0]:.1f} s to {event.gap[1]:.1f} s of the audio"
            lines.append(f"{head} back after a gap: nothing was heard {gap} [reconnected]")
        return lines

    def _turn_info(self, conn: int, info: TurnInfo) -> list[str]:
        head, text = f"[Conn {conn}]", plain(info.transcript).strip()
        turn = self._turn.get(conn, 0) if info.turn_index is None else info.turn_index
        self._turn[conn] = turn
        self._told_closed.discard(conn)
        before, self._shown[conn] = self._shown.get(conn, ""), text
        confidence = "" if info.end_of_turn_confidence is None else f" ({info.end_of_turn_confidence:.1%})"
        match info.event:
            case TurnEvent.UPDATE | TurnEvent.START_OF_TURN:
                return [f"{head}   {text} [update]"] if text and text != before else []
            case TurnEvent.EAGER_END_OF_TURN:
                return [f"{head} ~ {text}{confidence} [eager, turn {turn}]"]
            case TurnEvent.TURN_RESUMED:
                return [f"{head}   ... resumed [turn {turn}]"]
            case TurnEvent.END_OF_TURN:
                self._shown[conn] = ""
                self._turn[conn] = turn + 1
                return [f"{head} ✓ {text}{confidence} [turn {turn}]"] if text else []
        return [f"{head}   {text} [{plain(info.event)}, turn {turn}]"] if text else []

    def _closed(self, conn: int, closed_text: str | None) -> list[str]:
        text = plain(closed_text or "").strip()
        turn = self._turn.pop(conn, 0)
        self._shown.pop(conn, None)
        return [f"[Conn {conn}] ✓ {text} [turn {turn}, closed]"] if text else []
