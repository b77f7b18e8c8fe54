"""Tests of the estimate of a run's size."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.reports.sessions.space import (
    BYTES_PER_CONNECTION_MINUTE,
    bytes_per_connection_minute,
    space_problem,
)


def test_sizes_are_those_of_earlier_runs(tmp_path: Path) -> None:
    def session(size: int, minutes: float = 10.0) -> SessionFacts:
        return SessionFacts(name="x", connections=10, minutes=minutes, size_bytes=size)

    assert bytes_per_connection_minute([]) == BYTES_PER_CONNECTION_MINUTE
    measured = [session(100_000), session(300_000), session(200_000), session(10**9, minutes=0.01)]
    assert bytes_per_connection_minute(measured) == 2000.0


def test_too_little_room_is_told_with_both_figures(tmp_path: Path) -> None:
    assert space_problem(tmp_path, 1.0, 50_000) is None
    problem = space_problem(tmp_path / "not" / "yet", 1e9, 50_000)
    assert problem is not None
    assert problem.what.startswith("This run will write about 50,000.0 GB; ")
    assert problem.what.endswith(" are free.")


def test_small_amounts_are_stated_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=99_400))
    problem = space_problem(tmp_path, 6.0, 50_000)
    assert problem is not None
    assert problem.what == "This run will write about 300 kB; 99 kB are free."
