"""Tests of the documents that every command that runs writes at its end."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.cli import ab, capacity, isolation, sweep
from flux_desktop.cli.documents import check_documents, write_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.comparing.isolation import judge_isolation
from flux_desktop.experiments.ab import by_arm, scored
from flux_desktop.experiments.clip_run import ClipRunResult
from flux_desktop.experiments.isolation import IsolationRun
from flux_desktop.experiments.sweep import SweepRecording
from flux_desktop.experiments.sweep_plan import SweepSize
from flux_desktop.reports.experiment_results import isolation_experiment
from flux_desktop.reports.findings import keep_experiment
from tests.reports.documents.recorded_run import recorded
from tests.ui.models import tuning

WAV = str(resource_path("sample_audio/conversation.wav"))
COMMANDS = {
    "file": ["file", "local", "--file", WAV],
    "microphone": ["microphone", "local"],
    "sweep": ["sweep", "local", "--data", "sample"],
    "ab": ["ab", "local", "--data", "sample"],
    "isolation": ["isolation", "local"],
    "capacity": ["capacity", "local", "--file", WAV],
}


def test_each_flag_writes_its_document(tmp_path: Path) -> None:
    files = {name: str(tmp_path / name) for name in ("run.md", "limits.xml", "figures.prom")}
    args = argparse.Namespace(report=files["run.md"], junit=files["limits.xml"], metrics_file=files["figures.prom"])
    assert write_documents(args, recorded(tmp_path / "sessions")) == ExitCode.OK
    beginnings = [Path(path).read_text()[:6] for path in files.values()]
    assert beginnings == ["# my\\-", "<?xml ", "# TYPE"]


def test_without_flags_nothing_is_read(tmp_path: Path) -> None:
    args = argparse.Namespace(report=None, junit=None, metrics_file=None)
    assert write_documents(args, tmp_path / "nowhere") == ExitCode.OK
    assert write_documents(args, None) == ExitCode.OK


def test_a_document_of_nothing_is_told(capsys) -> None:
    args = argparse.Namespace(report="r.html", junit=None, metrics_file=None)
    assert write_documents(args, None) == ExitCode.USAGE
    assert "nothing was recorded" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path, capsys) -> None:
    args = argparse.Namespace(report=str(tmp_path / "missing" / "r.html"), junit=None, metrics_file=None)
    assert write_documents(args, recorded(tmp_path)) == ExitCode.USAGE
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_file_is_told_before_anything_starts(command: str, tmp_path: Path, capsys) -> None:
    missing = str(tmp_path / "missing" / "r.xml")
    for flag in ("--report", "--junit", "--metrics-file"):
        assert main([*COMMANDS[command], flag, missing]) == ExitCode.USAGE
        assert flag in capsys.readouterr().err


@pytest.mark.usefixtures("logging_as_before")
def test_evaluating_sessions_writes_no_document(capsys) -> None:
    assert main(["sweep", "--from", "x", "--report", "r.html"]) == ExitCode.USAGE
    assert "flux-stress report" in capsys.readouterr().err


# What runs is left out below: each experiment is tried with the built-in endpoint by its own tests.


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return recorded(tmp_path / "sessions", connections=1, updates=3)


def arguments(command: str, tmp_path: Path) -> tuple[argparse.Namespace, Path]:
    path = tmp_path / "limits.xml"
    argv = [*COMMANDS[command], "--junit", str(path), "--json", "--sessions-dir", str(tmp_path / "sessions")]
    args = build_parser(command).parse_args(argv)
    check_documents(args)
    return args, path


def test_an_isolation_check_writes_its_documents(session: Path, tmp_path: Path, monkeypatch) -> None:
    isolation_result = judge_isolation([], {"after": []})
    keep_experiment([session], isolation_experiment(isolation_result))

    async def check(*_: object) -> tuple[IsolationRun, bool]:
        return IsolationRun(result=isolation_result, problem=None, sessions=(session,)), False

    monkeypatch.setattr(isolation, "_check", check)
    args, path = arguments("isolation", tmp_path)
    assert isolation.run(args) == ExitCode.LIMIT_BROKEN
    assert 'name="Isolation of streams">' in path.read_text()


def test_a_comparison_writes_its_documents(session: Path, tmp_path: Path, monkeypatch) -> None:
    traces = [
        SimpleNamespace(conn=4 * place + arm, trace=trace)
        for place, trace in enumerate(tuning.traces(4))
        for arm in range(1, 5)
    ]
    passes = [[each.trace for each in arm] for arm in by_arm(traces)]  # type: ignore[arg-type]
    ended = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 1})
    run = ClipRunResult(ended=ended, session_folder=session, done=1, failed=0)

    async def compare(*_: object) -> tuple[object, bool]:
        return scored(*passes, [run]), False

    monkeypatch.setattr(ab, "_compare", compare)
    args, path = arguments("ab", tmp_path)
    assert ab.run(args) == ExitCode.OK
    assert "<testsuite" in path.read_text()


def test_a_sweep_writes_its_documents_and_states_what_is_missing(
    session: Path, tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args, path = arguments("sweep", tmp_path)
    args.json = True
    recording = SweepRecording(traces=tuple(tuning.traces(4)), sessions=(session,), missing=1, sent_s=90.0)

    async def record() -> SweepRecording:
        return recording

    size = SweepSize(entries=(0,), streams_s=(15.0,), streams=4, recorded=0, stream_minutes=1.0, minutes=1.0)
    sweep_stub = SimpleNamespace(size=size, run=record, stop=None)
    monkeypatch.setattr(sweep, "Sweep", lambda *_, **__: sweep_stub)
    assert sweep.run(args) == ExitCode.CONNECTION_FAILED
    assert "<testsuite" in path.read_text()
    report = msgspec.json.decode(capsys.readouterr().out)
    assert report["stream_minutes"] == 1.5, "what was sent, also where clips were sent again"
    assert report["notes"][-1].startswith("Missing recordings of clips: 1 of 4, as")


def test_a_capacity_search_writes_its_documents(session: Path, tmp_path: Path, monkeypatch) -> None:
    result = Result(kind="LOWER BOUND", passes=3, max_streams=3)
    report = CapacityReport(endpoint="local", result=result, sentence=result.sentence())
    (session / REPORT_FILE).write_bytes(msgspec.json.encode(report))

    async def search() -> CapacityReport:
        return report

    search_stub = SimpleNamespace(session_folder=session, run=search, stop=None, problem=None, unrecorded="")
    monkeypatch.setattr(capacity, "CapacitySearch", lambda *_, **__: search_stub)
    args, path = arguments("capacity", tmp_path)
    assert capacity.run(args) == ExitCode.OK
    assert "<testsuite" in path.read_text()


def test_a_report_of_an_unknown_kind_is_refused_before_anything_connects(tmp_path: Path) -> None:
    args = argparse.Namespace(report=str(tmp_path / "r.pdf"), junit=None, metrics_file=None)
    with pytest.raises(ProblemError, match="cannot be written as"):
        check_documents(args)
    assert args.report is None
    check_documents(argparse.Namespace(report=str(tmp_path / "report"), junit=None, metrics_file=None))
