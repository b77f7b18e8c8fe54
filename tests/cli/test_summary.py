"""`flux-stress summary`: what a run printed and wrote is rebuilt from its recording, also of one that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.cli.main import main
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from tests.cli.test_main import children
from tests.reports.documents.recorded_run import recorded
from tests.waiting import PATIENCE_S

PROGRAM = [sys.executable, "-m", "flux_desktop.cli.main"]
SAMPLE = str(resource_path("sample_audio/conversation.wav"))
RUN = ["file", "local", "--file", SAMPLE, "--eot-threshold", "0.5", "--eot-timeout-ms", "500"]


def rebuilt(session: Path, tmp_path: Path) -> tuple[dict[str, object], list[dict[str, object]]]:
    path = tmp_path / "rebuilt.jsonl"
    command = [*PROGRAM, "summary", str(session), "--json", "--summary-jsonl", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), [json.loads(line) for line in path.read_text().splitlines()]


def only_session(folder: Path) -> Path:
    (session,) = folder.iterdir()
    return session


def test_a_finished_run_is_rebuilt_to_the_last_figure(tmp_path: Path) -> None:
    sessions, path = tmp_path / "sessions", tmp_path / "summary.jsonl"
    wanted = ["--json", "--summary-jsonl", str(path), "--sessions-dir", str(sessions), "--limit", "retries<9"]
    command = [*PROGRAM, *RUN, "--duration", "1.2", "--connections", "2", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    summary, lines = rebuilt(only_session(sessions), tmp_path)
    assert summary == json.loads(done.stdout)
    assert lines == [json.loads(line) for line in path.read_text().splitlines()]
    assert len(summary["limits"]) == 2  # type: ignore[arg-type]
    accuracy: Any = summary["accuracy"]
    assert accuracy["words"][0]["label"] == "WER"
    assert accuracy["words"][0]["normalised"]["rate"]["n"] > 0
    assert [line["accuracy"]["conn"] for line in lines] == [1, 2]  # type: ignore[index]


def test_a_run_that_is_told_to_stop_ends_in_order(tmp_path: Path) -> None:
    path = tmp_path / "summary.jsonl"
    wanted = ["--summary-jsonl", str(path), "--sessions-dir", str(tmp_path / "sessions")]
    with subprocess.Popen(
        [*PROGRAM, *RUN, "--loop", *wanted], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("[Conn 1]") for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert "Stopping (SIGTERM)" in err
    assert "verdict                     INTERRUPTED" in out
    assert json.loads(path.read_text())["connected"]
    summary, _ = rebuilt(only_session(tmp_path / "sessions"), tmp_path)
    assert summary["interrupted"]


def test_a_signal_to_every_worker_as_well_does_not_cut_the_streams_off(tmp_path: Path) -> None:
    """As a service manager sends it: to the whole group of processes."""
    path = tmp_path / "summary.jsonl"
    wanted = ["--summary-jsonl", str(path), "--sessions-dir", str(tmp_path / "sessions")]
    with subprocess.Popen(
        [*PROGRAM, *RUN, "--loop", *wanted], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("[Conn 1]") for line in process.stdout)
        for pid in (*children(process.pid, "flux_desktop.engine.worker.worker"), process.pid):
            os.kill(pid, signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    (line,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert (line["ledger"], line["error_code"]) == ("completed", None)


def test_a_run_whose_terminal_is_closed_ends_in_order(tmp_path: Path) -> None:
    path = tmp_path / "summary.jsonl"
    wanted = ["--summary-jsonl", str(path), "--sessions-dir", str(tmp_path / "sessions")]
    terminal, theirs = os.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *RUN, "--loop", *wanted], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    output = b""
    while b"[Conn 1]" not in output:
        output += os.read(terminal, 65_536)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)  # as the kernel does where this is the controlling terminal
    assert process.wait(PATIENCE_S) == 130
    assert json.loads(path.read_text())["connected"]


def test_a_run_that_was_killed_is_rebuilt_up_to_there(tmp_path: Path) -> None:
    wanted = ["--sessions-dir", str(tmp_path / "sessions"), "--connections", "2"]
    with subprocess.Popen(
        [*PROGRAM, *RUN, "--loop", *wanted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert any(" ✓ " in line for line in process.stdout)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    summary, lines = rebuilt(only_session(tmp_path / "sessions"), tmp_path)
    assert summary["interrupted"]
    assert summary["planned"] == sum(summary["ledger"].values()) == 2  # type: ignore[attr-defined]
    assert summary["update_latency_user_clock"]["n"] > 0  # type: ignore[index]
    # The worker sees that its parent is gone, and records how its streams ended.
    assert all(line["error_code"] and line["chunks_sent"] for line in lines)


def test_the_summary_of_a_search_states_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = recorded(tmp_path)
    result = Result(kind="LOWER BOUND", passes=7)
    report = CapacityReport(endpoint="e", result=result, sentence=result.sentence())
    (folder / "capacity.json").write_bytes(msgspec.json.encode(report))
    main(["summary", str(folder)])
    assert "LOWER BOUND: at least 7 conversations" in capsys.readouterr().out.splitlines()[-1]
    main(["summary", str(folder), "--json"])
    assert json.loads(capsys.readouterr().out)["planned"] == 4, "nothing but the summary"


@pytest.mark.parametrize("name", ["missing", "empty", "file", "x" * 5_000])
@pytest.mark.usefixtures("logging_as_before")
def test_what_is_no_session_is_one_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert main(["summary", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "cannot be read." in err
