"""The single latencies of a recorded run, read without decoding the messages: for intervals and curves."""

from __future__ import annotations

from collections.abc import Set
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from flux_desktop.engine.measuring.histogram import rank_of
from flux_desktop.engine.recording.recording_file import OnRead, recorded_lines, recording_files

_RECEIVED = b'{"event":"received"'
_SENT = b'{"event":"sent"'
_CONNECTION = b'{"event":"connection"'
_SNAPSHOT = b'{"event":"snapshot"'
_CURVE_POINTS = 200


class _Turn(Struct):
    ended_by: str | None = None


class _Received(Struct):
    t: float
    conn: int
    turn_event: str = ""
    turn: _Turn | None = None
    user_latency_ms: float | None = None
    wire_latency_ms: float | None = None


class _Connection(Struct):
    conn: int


class _Snapshot(Struct):
    t: float
    ledger: dict[str, int] = {}


class Latencies(Struct, kw_only=True):
    """Columns of equal length, one entry a message with a latency; and how many connections were streaming, by time."""

    conn: list[int] = []
    t: list[float] = []
    user_ms: list[float] = []
    wire_ms: list[float] = []
    is_update: list[bool] = []
    """An Update; otherwise an EndOfTurn that the server decided: none of ForceEndTurn, and none after CloseStream."""
    streaming: list[tuple[float, int]] = []

    def values(self, name: str) -> tuple[list[float], list[int]]:
        """The values of a figure and their connections."""
        column = self.wire_ms if name == "wire" else self.user_ms
        wanted = name != "end_delivery"
        places = [place for place, is_update in enumerate(self.is_update) if is_update is wanted]
        return [column[place] for place in places], [self.conn[place] for place in places]

    def curve(self, name: str, percent: int) -> list[tuple[float, float]]:
        """A percentile of the Updates over time, by nearest rank: about `_CURVE_POINTS` points, each of one span."""
        values = np.array(self.wire_ms if name == "wire" else self.user_ms)[np.array(self.is_update, dtype=bool)]
        times = np.array(self.t)[np.array(self.is_update, dtype=bool)]
        if not len(values):
            return []
        span_s = max(1.0, (times.max() - times.min()) / _CURVE_POINTS)
        spans = np.floor((times - times.min()) / span_s).astype(int)
        return [
            (float(times.min() + (span + 0.5) * span_s), rank_of(values[spans == span], percent) or 0.0)
            for span in np.unique(spans)
        ]


def read_latencies(folder: Path, on_read: OnRead | None = None) -> Latencies:
    """Read a session folder; lines that cannot be read are passed over. Raises `OSError`."""
    latencies = Latencies()
    received, snapshot = msgspec.json.Decoder(_Received), msgspec.json.Decoder(_Snapshot)
    connection = msgspec.json.Decoder(_Connection)
    closing: set[int] = set()
    for line in chain.from_iterable(recorded_lines(path, on_read) for path in recording_files(folder)):
        try:
            if line.startswith(_RECEIVED) and b'"wire_latency_ms":' in line:
                _take(latencies, received.decode(line), closing)
            elif line.startswith(_SENT) and b"CloseStream" in line:
                closing.add(connection.decode(line).conn)
            elif line.startswith(_CONNECTION) and b'"streaming"' in line:  # in its next stream, after a rotation
                closing.discard(connection.decode(line).conn)
            elif line.startswith(_SNAPSHOT):
                _take_snapshot(latencies, snapshot.decode(line))
        except msgspec.DecodeError:
            continue
    return latencies


def _take(latencies: Latencies, message: _Received, closing: Set[int]) -> None:
    is_forced = message.conn in closing or (message.turn is not None and message.turn.ended_by == "manual")
    if message.turn_event == "EndOfTurn" and is_forced:
        return
    if message.turn_event not in ("Update", "EndOfTurn") or None in (message.user_latency_ms, message.wire_latency_ms):
        return
    latencies.conn.append(message.conn)
    latencies.t.append(message.t)
    latencies.user_ms.append(message.user_latency_ms or 0.0)
    latencies.wire_ms.append(message.wire_latency_ms or 0.0)
    latencies.is_update.append(message.turn_event == "Update")


def _take_snapshot(latencies: Latencies, snapshot: _Snapshot) -> None:
    count = snapshot.ledger.get("streaming", 0)
    if not latencies.streaming or latencies.streaming[-1][1] != count:
        latencies.streaming.append((snapshot.t, count))
