"""Tests for cli.cluster; clusters that carry runs are in tests/cluster."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.cli.cluster import cluster_pool
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cluster import LINE_VARIABLE
from flux_desktop.cluster.membership import new_membership, read_membership, to_line
from flux_desktop.cluster.pool import ClusterPool


def parsed(*arguments: str) -> argparse.Namespace:
    return build_parser("file").parse_args(["file", "local", "--file", "a.wav", *arguments])


def test_a_run_is_carried_here_unless_a_cluster_is_named(tmp_path: Path) -> None:
    with cluster_pool(parsed()) as pool:
        assert pool is None
    (tmp_path / "line").write_text(to_line(new_membership("tls://127.0.0.1:9")))
    with cluster_pool(parsed("--cluster", str(tmp_path / "line"), "--generators", "3")) as pool:
        assert isinstance(pool, ClusterPool)


def test_without_dask_it_says_how_to_install_it() -> None:
    program = "import sys; sys.modules['dask'] = None; from flux_desktop.cli.main import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-P", "-c", program, "cluster", "join", "x"], check=False, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "pip install 'flux-desktop[cluster]'" in run.stderr


def test_joining_with_something_else_than_a_line_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "join", "flux-cluster-1:abc"]) == 2
    assert "Copy the whole line" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(None, "No cluster is named"), (" ", "No cluster is named"), ("flux-cluster-1:abc", "Copy the whole")],
)
def test_the_line_may_be_in_the_environment(
    text: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(LINE_VARIABLE, raising=False)
    if text is not None:
        monkeypatch.setenv(LINE_VARIABLE, text)
    assert main(["cluster", "join"]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("with_file", [False, True])
async def test_coordinate_prints_or_writes_the_line_and_ends_with_a_signal(tmp_path: Path, with_file: bool) -> None:
    file = tmp_path / "its line"
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-m", "flux_desktop.cli.main", "cluster", "coordinate"],
        *["--listen", "127.0.0.1:0", *(["--file", str(file)] if with_file else [])],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert b", which other machines cannot reach. On each machine" in await process.stderr.readline()
    *command, line_or_file = shlex.split((await process.stdout.readline()).decode())
    assert command == ["flux-stress", "cluster", "join"]
    assert read_membership(line_or_file).address.startswith("tls://127.0.0.1:")
    if with_file:
        assert line_or_file == str(file), "the line itself is not printed"
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    process.send_signal(signal.SIGHUP if with_file else signal.SIGINT)
    assert await process.wait() == 0
