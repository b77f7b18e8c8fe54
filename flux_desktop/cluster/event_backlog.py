"""Events that wait for the next exchange: of a worker's snapshots only the newest, with the rows of those before."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.events import Event, LevelMeasured, Received, Sent, Snapshot, encode_event
from flux_desktop.engine.records.facts import ConnectionRow

BACKLOG_MAX_BYTES = 32 * 1024 * 1024
"""Watched messages beyond this are dropped while the coordinator does not ask; the recording has them."""


class EventBacklog:
    """Plain state; `add` in order, `take` all."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, bytes]] = []
        self._size = 0
        self._snapshots: dict[int, Snapshot] = {}
        self._rows: dict[int, dict[int, ConnectionRow]] = {}

    def add(self, worker: int, event: Event) -> None:
        """An event of a worker."""
        if isinstance(event, Snapshot):
            self._snapshots[worker] = event
            self._rows.setdefault(worker, {}).update((row.conn, row) for row in event.rows)
            return
        if isinstance(event, Received | Sent | LevelMeasured) and self._size > BACKLOG_MAX_BYTES:
            return
        line = encode_event(event)
        self._lines.append((worker, line))
        self._size += len(line)

    def take(self) -> list[tuple[int, bytes]]:
        """All that was added, snapshots last; the backlog is empty then."""
        lines, self._lines, self._size = self._lines, [], 0
        for worker, snapshot in self._snapshots.items():
            whole = msgspec.structs.replace(snapshot, rows=list(self._rows[worker].values()))
            lines.append((worker, encode_event(whole)))
        self._snapshots, self._rows = {}, {}
        return lines
