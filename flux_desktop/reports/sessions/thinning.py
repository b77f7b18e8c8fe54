"""Snapshots of a run thinned out: as many as a screen can show, and of every connection the newest row."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.records.facts import ConnectionRow

SNAPSHOTS_MAX = 4_000
EVERY_S = 1.0
ROWS_EVERY_S = 15.0


class ThinnedSnapshots:
    """Takes snapshots in order; keeps one in `EVERY_S`, and half as many whenever there are too many."""

    def __init__(self) -> None:
        self._snapshots: list[Snapshot] = []
        self._every_s = EVERY_S
        self._last: Snapshot | None = None
        self._rows: dict[int, ConnectionRow] = {}
        self._row_t: dict[int, float] = {}

    def take(self, snapshot: Snapshot) -> None:
        """Take the next snapshot."""
        self._last = snapshot
        self._rows.update((row.conn, row) for row in snapshot.rows)
        if self._snapshots and snapshot.t < self._snapshots[-1].t + self._every_s:
            return
        due_s = snapshot.t - ROWS_EVERY_S * self._every_s / EVERY_S
        rows = [row for conn, row in self._rows.items() if self._row_t.get(conn, due_s) <= due_s]
        for row in rows:
            self._row_t[row.conn] = snapshot.t
        self._snapshots.append(msgspec.structs.replace(snapshot, rows=rows))
        if len(self._snapshots) > SNAPSHOTS_MAX:
            self._snapshots = self._snapshots[::2]
            self._every_s *= 2

    def all(self) -> list[Snapshot]:
        """Those that are kept; the last one as it was, with the newest row of every connection."""
        if self._last is None:
            return []
        return [*self._snapshots, msgspec.structs.replace(self._last, rows=list(self._rows.values()))]
