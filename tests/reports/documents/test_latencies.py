"""Tests of the single latencies of a session."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flux_desktop.reports.documents.latencies import read_latencies
from tests.reports.documents.recorded_run import recorded


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
    curve = read_latencies(recorded(tmp_path)).curve("update", 95)
    assert len(curve) == 15  # 60 Updates, 0.24 s apart
    assert [t for t, _ in curve] == sorted(t for t, _ in curve)
    assert all(50 < value < 500 for _, value in curve)
