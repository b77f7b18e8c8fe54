"""The writer of a recording: everything in order, and a disk that fails is told of once."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.engine.recording import Recorder
from flux_desktop.problem import Problem


def test_all_lines_are_there_in_order_after_closing(tmp_path: Path) -> None:
    path, problems = tmp_path / "lines.jsonl", list[Problem]()
    recorder = Recorder(path, problems.append)
    lines = [b"%d\n" % number for number in range(25_000)]
    recorder.write(lines[0])
    recorder.start()
    for line in lines[1:]:
        recorder.write(line)
    recorder.close()
    assert path.read_bytes() == b"".join(lines)
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
