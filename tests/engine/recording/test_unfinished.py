"""Which session is offered at the next start: the newest one that was cut off, not seen, and not being recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.engine.recording.recorder import Recorder
from flux_desktop.engine.recording.unfinished import mark_seen, newest_unfinished
from flux_desktop.engine.records.events import Received, RunEnded, RunStarted, encode_event
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
STARTED = encode_event(RunStarted(t=0.0, wall_time="2026-01-02T03:04:05+00:00", plan=PLAN, version="1"))
ENDED = encode_event(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 1}))


def session(parent: Path, name: str, *lines: bytes) -> Path:
    folder = parent / name
    folder.mkdir()
    (folder / "run.jsonl").write_bytes(b"".join(lines))
    (folder / "worker-1.jsonl").write_bytes(encode_event(Received(t=0.5, conn=1, type="TurnInfo", text="{}")))
    return folder


def found(parent: Path) -> str | None:
    unfinished = newest_unfinished(parent)
    return None if unfinished is None else unfinished.folder.name


def test_the_newest_that_was_cut_off_is_found(tmp_path: Path) -> None:
    assert found(tmp_path / "none") is None
    assert found(tmp_path) is None
    session(tmp_path, "2026-01-01_00-00-00", STARTED)
    session(tmp_path, "2026-01-02_00-00-00", STARTED, ENDED[:-9])
    session(tmp_path, "2026-01-03_00-00-00", STARTED, ENDED)
    assert found(tmp_path) == "2026-01-02_00-00-00"
    unfinished = newest_unfinished(tmp_path)
    assert unfinished is not None
    assert unfinished.started.plan == PLAN


def test_what_has_been_seen_is_not_found_again(tmp_path: Path) -> None:
    older = session(tmp_path, "2026-01-01_00-00-00", STARTED)
    newer = session(tmp_path, "2026-01-02_00-00-00", STARTED)
    mark_seen(newer)
    assert found(tmp_path) == older.name
    mark_seen(older)
    assert found(tmp_path) is None
    mark_seen(tmp_path / "gone")  # no failure


@pytest.mark.parametrize("recorded", ["run.jsonl", "worker-1.jsonl"])
def test_what_another_process_is_recording_is_left_alone(tmp_path: Path, recorded: str) -> None:
    folder = session(tmp_path, "2026-01-01_00-00-00", STARTED)
    recorder = Recorder(folder / recorded, lambda problem: pytest.fail(problem.sentence()))
    recorder.write(b"{}\n")
    size = (folder / recorded).stat().st_size
    recorder.start()
    while (folder / recorded).stat().st_size == size:
        pass  # it has the file, and so the lock, before it writes
    assert found(tmp_path) is None
    recorder.close()
    assert found(tmp_path) == folder.name


@pytest.mark.parametrize(
    "content",
    [b"", b"not json\n", ENDED[:20], b"\xff\n", encode_event(Received(t=0.0, conn=1, type="TurnInfo", text=""))],
)
def test_what_is_no_recording_is_passed_over(tmp_path: Path, content: bytes) -> None:
    session(tmp_path, "2026-01-02_00-00-00", content)
    (tmp_path / "2026-01-03_00-00-00").mkdir()
    (tmp_path / "2026-01-04_00-00-00").write_text("a file")
    session(tmp_path, "2026-01-01_00-00-00", STARTED)
    assert found(tmp_path) == "2026-01-01_00-00-00"
