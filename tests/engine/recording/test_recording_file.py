"""The files of a recording: what a cut, damage or a killed process leaves of them."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.engine.recording import recording_file
from flux_desktop.engine.recording.recording_file import (
    RUN_FILE,
    compressor,
    is_run_file,
    open_recording,
    recorded_lines,
    recording_files,
    worker_file,
    worker_number,
)
from flux_desktop.engine.recording.session_folder import create_session, has_recording, read_session
from flux_desktop.engine.records.events import Received, RunStarted
from flux_desktop.engine.records.plan import RunPlan, WavSource
from tests.recordings import append, content

LINES = [b'{"event":"received","t":%d.5,"conn":1,"text":"word %d"}\n' % (n, n) for n in range(12)]


def flushed(path: Path) -> list[tuple[int, int]]:
    """Write `LINES` in two members, flushed after every third line; gives sizes and the lines that they hold."""
    points = []
    with path.open("wb") as file:
        for first in (0, 6):
            member = compressor()
            for place in range(first, first + 6, 3):
                file.write(member.compress(b"".join(LINES[place : place + 3])))
                file.write(member.flush(recording_file.zlib.Z_SYNC_FLUSH))
                points.append((file.tell(), place + 3))
            file.write(member.flush())
    return points


def test_cut_off_anywhere_only_what_is_behind_the_cut_is_lost(tmp_path: Path) -> None:
    path, cut = tmp_path / "worker-1.jsonl.gz", tmp_path / "cut.gz"
    points = flushed(path)
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        cut.write_bytes(whole[:size])
        safe = max((count for at, count in points if at <= size), default=0)
        intact_content = content(cut)
        assert b"".join(LINES).startswith(intact_content), size
        assert intact_content.count(b"\n") >= safe, size


def test_damage_leaves_what_stands_before_it(tmp_path: Path) -> None:
    path = tmp_path / "worker-1.jsonl.gz"
    points = flushed(path)
    whole = path.read_bytes()
    for at in range(points[0][0], len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert list(recorded_lines(path))[:3] == LINES[:3], at


def test_gzip_reads_it_too(tmp_path: Path) -> None:
    path = tmp_path / "worker-1.jsonl.gz"
    flushed(path)
    assert gzip.decompress(path.read_bytes()) == b"".join(LINES) == content(path)
    assert list(recorded_lines(path)) == LINES


def test_plain_lines_of_earlier_versions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "worker-1.jsonl"
    path.write_bytes(b"".join(LINES) + b'{"cut')
    assert list(recorded_lines(path)) == [*LINES, b'{"cut']
    path.write_bytes(b"")
    assert list(recorded_lines(path)) == []


def test_a_bomb_is_read_a_piece_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_file, "LINE_MAX_BYTES", 1000)
    path = tmp_path / "worker-1.jsonl.gz"
    member = compressor()
    path.write_bytes(member.compress(bytes(10**6) + b"\n" + LINES[0]) + member.flush())
    assert list(recorded_lines(path)) == LINES[:1]
    with open_recording(path) as file:
        assert file.read(10) == bytes(10)


def test_other_files_of_the_folder_are_no_recording(tmp_path: Path) -> None:
    names = (worker_file(2), "worker-1.jsonl", RUN_FILE, "account.jsonl", "worker-1.jsonl.gz.part", "run.flac")
    for name in names:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "worker-3.jsonl").mkdir()
    os.mkfifo(tmp_path / "worker-4.jsonl")
    assert [path.name for path in recording_files(tmp_path)] == [RUN_FILE, "worker-1.jsonl", "worker-2.jsonl.gz"]
    assert [worker_number(path) for path in recording_files(tmp_path)] == [0, 1, 2]
    assert is_run_file(Path("run.jsonl"))
    assert has_recording(tmp_path)
    assert not has_recording(tmp_path / "missing")


_CHILD = """
import sys
from pathlib import Path
from flux_desktop.engine.recording.recorder import Recorder
from tests.recordings import content
path = Path(sys.argv[1])
recorder = Recorder(path, lambda problem: None)
recorder.start()
for number in range(10**6):
    line = b'{"number":%d}\\n' % number
    recorder.write(line)
    while number < 3 and not (path.exists() and content(path).endswith(line)):
        pass
    if number < 3:
        print(number, flush=True)
"""


def test_a_killed_process_loses_only_what_it_wrote_last(tmp_path: Path) -> None:
    path = tmp_path / worker_file(1)
    command = [sys.executable, "-c", _CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as child:
        assert child.stdout is not None
        assert [int(child.stdout.readline()) for _ in range(3)] == [0, 1, 2]
        child.kill()
    lines = list(recorded_lines(path))
    assert lines[:3] == [b'{"number":%d}\n' % number for number in range(3)]
    whole = lines if lines[-1].endswith(b"\n") else lines[:-1]
    assert whole == [b'{"number":%d}\n' % number for number in range(len(whole))]


def test_plain_and_compressed_files_of_one_session_are_read_together(tmp_path: Path) -> None:
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
    folder = create_session(tmp_path, RunStarted(t=0.0, wall_time="", plan=plan, version="1"))
    append(folder / worker_file(1), Received(t=2.0, conn=1, type="TurnInfo", text="later"))
    append(folder / worker_file(1), Received(t=3.0, conn=1, type="TurnInfo", text="last"))
    (folder / "worker-2.jsonl").write_bytes(b'{"event":"received","t":1,"conn":2,"type":"TurnInfo","text":"first"}\n')
    texts = [event.text for event in read_session(folder) if isinstance(event, Received)]
    assert texts == ["first", "later", "last"]
