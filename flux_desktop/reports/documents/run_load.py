"""The load of a run as its connections change: streams open, refused ones, and when each was asked for."""

from __future__ import annotations

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.evaluation.capacity.account_timeline import Point, RunLoad

_NOT_SERVED = frozenset({LedgerClass.CONNECT_FAILED, LedgerClass.NEVER_CONNECTED})


class LoadHistory:
    """Takes every change of a connection; times that go back are those of another worker and count as the newest."""

    def __init__(self) -> None:
        self.connected: list[Point] = []
        """Streaming connections, from each change on."""
        self.refused: list[float] = []
        self.opened: list[Point] = []
        """When each stream was asked for and when it was Connected, by the latter."""
        self.revision = 0
        self._streaming: set[int] = set()
        self._asked_s: dict[int, float] = {}
        self._newest_s = 0.0

    def changed(self, t_s: float, conn: int, state: ConnectionState) -> None:
        """A connection went into a state."""
        t_s = self._newest_s = max(t_s, self._newest_s)
        if state in (ConnectionState.CONNECTING, ConnectionState.RECONNECTING):
            self._asked_s[conn] = t_s
        if state is ConnectionState.STREAMING:
            # A stream that replaces another in a rotation is asked for without a word of it.
            self.opened.append((self._asked_s.pop(conn, t_s), t_s))
            self._streaming.add(conn)
        elif state is ConnectionState.RECONNECTING:
            self._streaming.discard(conn)
        self._step(t_s)

    def ended(self, t_s: float, conn: int, ledger: LedgerClass) -> None:
        """A connection ended in a class."""
        t_s = self._newest_s = max(t_s, self._newest_s)
        if ledger in _NOT_SERVED:
            self.refused.append(t_s)
        self._streaming.discard(conn)
        self._step(t_s)

    def load(self, planned: tuple[Point, ...], p95_ms: tuple[Point, ...]) -> RunLoad:
        """All of it, with the streams planned and the latency, which are known elsewhere."""
        return RunLoad(
            planned=planned,
            connected=tuple(self.connected),
            refused=tuple(self.refused),
            opened=tuple(self.opened),
            p95_ms=p95_ms,
        )

    def _step(self, t_s: float) -> None:
        self.revision += 1
        count = float(len(self._streaming))
        if not self.connected or self.connected[-1][1] != count:
            self.connected.append((t_s, count))
