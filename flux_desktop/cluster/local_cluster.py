"""A cluster of processes on this machine: a coordinator and generators, for a trial or a demonstration."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flux_desktop.base import program
from flux_desktop.base.child_environment import child_environment
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cluster import LINE_VARIABLE
from flux_desktop.cluster.membership import Membership, read_membership, to_line

_CLI = "flux_desktop.cli.main"
_READY_MAX_S = 60.0
_LOOK_S = 0.05
_END_MAX_S = 5.0


@contextlib.contextmanager
def local_cluster(generators: int) -> Iterator[Membership]:
    """The membership of a new cluster whose processes end with this block, or with this process.

    Raises `ProblemError` if the coordinator does not start.
    """
    with contextlib.ExitStack() as processes:
        with tempfile.TemporaryDirectory(prefix="flux-cluster-") as folder:
            file = Path(folder) / "line"
            coordinator = _started("coordinate", "--listen", "127.0.0.1:0", "--file", str(file))
            processes.callback(_end, started := [coordinator])
            membership = _when_ready(file, coordinator)
        # From here on no file has the line, which this process could not remove if it were killed.
        for number in range(1, generators + 1):
            started.append(_started("join", "--name", f"local-{number}", line=to_line(membership)))
        yield membership


def _started(*arguments: str, line: str = "") -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl+C in the terminal is for the run, which then ends its streams in order.
    return subprocess.Popen(
        [*program.command(_CLI), "cluster", *arguments, "--with-parent", "--log-level", "ERROR"],
        # A generator takes its AWS keys where it finds them; the coordinator needs none.
        env={**os.environ, LINE_VARIABLE: line} if line else child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
    )


def _when_ready(file: Path, coordinator: subprocess.Popen[bytes]) -> Membership:
    until_s = time.monotonic() + _READY_MAX_S
    while time.monotonic() < until_s and coordinator.poll() is None:
        if file.is_file():
            return read_membership(str(file))
        time.sleep(_LOOK_S)
    raise ProblemError(
        Problem(
            code="cluster_not_started",
            what="The coordinator on this machine did not start.",
            why=f"It ended with exit code {coordinator.poll()}." if coordinator.poll() is not None else "",
            todo="Run “flux-stress cluster coordinate” in a terminal and read its output.",
        )
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        try:
            process.wait(_END_MAX_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
