"""The writer of a recording: everything in order, and a disk that fails is told of once."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.recorder import FLUSH_S, Recorder
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import Notice
from tests.engine.supervision.event_conditions import is_streaming
from tests.recordings import content
from tests.waiting import PATIENCE_S


def test_all_lines_are_there_in_order_after_closing(tmp_path: Path) -> None:
    path, problems = tmp_path / "lines.jsonl", list[Problem]()
    recorder = Recorder(path, problems.append)
    lines = [b"%d\n" % number for number in range(25_000)]
    recorder.write(lines[0])
    recorder.start()
    for line in lines[1:]:
        recorder.write(line)
    recorder.close()
    assert content(path) == b"".join(lines)
    assert path.stat().st_mode & 0o777 == 0o600
    assert problems == []


def test_a_disk_that_fails_is_told_of_once_and_nothing_piles_up(tmp_path: Path) -> None:
    problems = list[Problem]()
    recorder = Recorder(tmp_path / "missing" / "lines.jsonl", problems.append)
    recorder.write(b"{}\n")
    recorder.start()
    recorder.close()
    recorder.write(b"{}\n")
    assert [problem.code for problem in problems] == ["recording_failed"]
    assert not recorder._lines


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; a recorder looks four times a second."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, "the condition was not met in time"
        time.sleep(0.005)


def test_a_line_is_on_disk_soon_after_it_was_told(tmp_path: Path) -> None:
    assert FLUSH_S < 1.0, "what a killed process may lose"
    path = tmp_path / "lines.jsonl"
    recorder = Recorder(path, lambda problem: pytest.fail(problem.sentence()))
    recorder.start()
    until(path.exists)
    for number in range(3):
        recorder.write(b"%d\n" % number)
        until(lambda number=number: content(path).endswith(b"%d\n" % number))
    recorder.close()


def test_a_folder_that_is_deleted_meanwhile_is_told_of(tmp_path: Path) -> None:
    folder, problems = tmp_path / "session", list[Problem]()
    folder.mkdir()
    recorder = Recorder(folder / "lines.jsonl", problems.append)
    recorder.start()
    until((folder / "lines.jsonl").exists)
    shutil.rmtree(folder)
    until(lambda: bool(problems))
    recorder.close()
    assert [problem.code for problem in problems] == ["recording_failed"]
    assert "deleted" in problems[0].why


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "flux-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may make a small file system, and not in every container")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_what_fitted(small_disk: Path) -> None:
    problems = list[Problem]()
    recorder = Recorder(small_disk / "lines.jsonl.gz", problems.append)
    lines = [b"%064x\n" % random.getrandbits(256) for _ in range(5_000)]
    for line in lines:
        recorder.write(line)
    recorder.start()
    until(lambda: bool(problems))
    recorder.close()
    assert [problem.code for problem in problems] == ["recording_failed"]
    assert "No space left on device" in problems[0].why
    recorded_content = content(small_disk / "lines.jsonl.gz")
    assert recorded_content.count(b"\n") > 100
    assert b"".join(lines).startswith(recorded_content)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no system call limits another process here")
async def test_a_worker_that_may_write_no_more_goes_on(driver: Any) -> None:
    """The limit holds for the worker alone; the supervisor's own file goes on."""

    def limit(_: object) -> None:
        pid = driver.supervisor._workers[0]._child.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1))

    driver.once(is_streaming, limit)
    ended = await driver.run(duration_s=1.0)
    assert [notice.problem.code for notice in driver.of(Notice)] == ["recording_failed"]
    assert "worker-1.jsonl.gz" in driver.of(Notice)[0].problem.why
    assert ended.problem is None
    assert ended.ledger["not started"] == ended.ledger["failed in mid-stream"] == 0
    assert driver.texts(), "what was said is in memory"
    assert ended.unrecorded.startswith("The recording is incomplete from ")
    assert driver.of(Notice)[0].t > 0
    events = list(read_session(driver.supervisor.session_folder))
    assert events[-1] == ended
    assert driver.of(Notice)[0] in events, "the worker's own file could not hold it"
