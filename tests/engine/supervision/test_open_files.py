"""Too few file descriptors for a run are reported as such, before anything connects."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.open_files import PROCESS_FILES, open_files_problem
from tests.waiting import PATIENCE_S

SAMPLE = str(resource_path("sample_audio/conversation.wav"))


@pytest.mark.parametrize(
    ("endpoint", "connections", "workers", "needed"),
    [("local", 100, 1, 100), ("local", 100, 2, 100), ("my-flux", 100, 1, 100), ("my-flux", 101, 2, 51)],
)
def test_a_run_needs_a_file_per_connection(endpoint: str, connections: int, workers: int, needed: int) -> None:
    plan = RunPlan(endpoint=endpoint, source=WavSource(path="a.wav"), connections=connections)
    assert open_files_problem(plan, workers, needed + PROCESS_FILES) is None
    problem = open_files_problem(plan, workers, needed + PROCESS_FILES - 1)
    assert problem is not None
    assert problem.code == "open_files_few"
    assert str(needed + PROCESS_FILES) in problem.why


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_command_line_says_so() -> None:
    program = [sys.executable, "-m", "flux_desktop.cli.main", "file", "local", "--file", SAMPLE, "--connections", "60"]
    done = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *program],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "This system lets a program open only 64 files." in done.stderr
    assert "certificate" not in done.stderr
