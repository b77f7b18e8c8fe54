"""Tests for cluster.local_cluster; runs on one are in test_pool."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster import local_cluster


def test_a_coordinator_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_cluster.program, "command", lambda _: [sys.executable, "-c", "raise SystemExit(3)"])
    with (
        pytest.raises(ProblemError, match=r"did not start\. It ended with exit code 3"),
        local_cluster.local_cluster(1),
    ):
        pass


def test_its_coordinator_gets_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    environments: list[dict[str, str]] = []
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setattr(local_cluster.subprocess, "Popen", lambda *_, env, **__: environments.append(env))
    local_cluster._started("coordinate")
    local_cluster._started("join", line="flux-cluster-1:x")
    coordinator, generator = environments
    assert "AWS_SECRET_ACCESS_KEY" not in coordinator
    assert generator["AWS_SECRET_ACCESS_KEY"] == "x", "a generator uses its own"


def test_its_processes_end_with_the_block(tmp_path: Path) -> None:
    started = []
    original = local_cluster._started

    def started_and_kept(*arguments: str, line: str = ""):
        started.append(original(*arguments, line=line))
        return started[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_cluster, "_started", started_and_kept)
        patch.setattr(local_cluster.tempfile, "tempdir", str(tmp_path))
        with local_cluster.local_cluster(1):
            assert [process.poll() for process in started] == [None, None]
            assert [path for path in tmp_path.iterdir() if path.is_file() or (path / "line").exists()] == []
    assert all(process.poll() is not None for process in started)
