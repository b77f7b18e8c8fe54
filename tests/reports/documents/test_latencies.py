"""Tests of the single latencies of a session."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flux_desktop.engine.records.events import ConnectionChanged, Received, Sent
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.messages import CloseStream, encode
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.documents.latencies import read_latencies
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import session_of


def test_latencies_are_read_by_connection(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=3, updates=40)
    with (folder / "worker-1.jsonl").open("ab") as file:
        file.write(b'{"event":"received","t":1,"conn":1,"wire_latency_ms":')  # cut off
    latencies = read_latencies(folder)
    values, units = latencies.values("update")
    assert len(values) == 120
    assert set(units) == {1, 2, 3}
    wire, _ = latencies.values("wire")
    assert np.allclose(np.array(values) - 5, wire)
    assert latencies.values("end_delivery") == ([], [])
    assert latencies.streaming == [(1.0, 3)]


def test_a_curve_is_a_percentile_by_second(tmp_path: Path) -> None:
    latencies = read_latencies(recorded(tmp_path))
    curve = latencies.curve("update", 95)
    assert len(curve) == 15  # 60 Updates, 0.24 s apart
    assert [t for t, _ in curve] == sorted(t for t, _ in curve)
    assert all(50 < value < 500 for _, value in curve)
    assert {value for _, value in curve} <= {round(each, 3) for each in latencies.user_ms}, (
        "by the nearest rank, as all percentiles"
    )


def test_ends_of_turn_that_the_client_brought_about_are_no_deliveries(tmp_path: Path) -> None:
    def end(ms: float, ended_by: str | None = "model") -> Received:
        turn = Turn(index=0, ended_by=ended_by)
        fields = {"turn_event": "EndOfTurn", "turn": turn, "user_latency_ms": ms, "wire_latency_ms": ms}
        return Received(t=ms, conn=1, type="TurnInfo", text="{}", **fields)  # type: ignore[arg-type]

    def close(conn: int) -> Sent:
        return Sent(t=3.0, conn=conn, text=encode(CloseStream()))

    folder = session_of(
        tmp_path,
        RunPlan(endpoint="my-flux", source=WavSource(path="call.wav")),
        *(end(1.0), end(2.0, "timeout"), end(3.0, "manual"), close(2), end(4.0), close(1), end(5.0, "unknown")),
        ConnectionChanged(t=6.0, conn=1, state=ConnectionState.STREAMING, rotations=1),
        *(end(7.0), close(1), end(8.0)),
    )
    assert read_latencies(folder).values("end_delivery") == ([1.0, 2.0, 4.0, 7.0], [1, 1, 1, 1])
