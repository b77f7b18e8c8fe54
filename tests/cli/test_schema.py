"""Everything that is printed as JSON has a schema number and is valid by the schema that the program prints."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flux_desktop.cli import schema
from flux_desktop.cli.commands import COMMANDS
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cli.report import document
from flux_desktop.datasets.check import CheckResult
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import Measured, RungOutcome
from flux_desktop.evaluation.comparing.isolation import judge_isolation
from flux_desktop.evaluation.comparing.paired import Primary
from flux_desktop.evaluation.thresholds.sweep_report import sweep_report
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.ab import AbReport
from flux_desktop.experiments.confirm import compared
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports.connection_line import ConnectionLine
from flux_desktop.reports.documents.comparison import compare_sessions
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.experiment_results import isolation_experiment
from flux_desktop.reports.json_schema import json_schema
from flux_desktop.reports.run_result import RunResult
from flux_desktop.reports.sessions.facts import SessionList
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.trend import trend
from flux_desktop.reports.summary_jsonl import SCHEMA, summary_jsonl
from tests.evaluation.comparing.test_paired import compared as compared_arms
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip
from tests.reports.documents.recorded_run import recorded
from tests.reports.recorded_talk import small_accuracy

PRINTED_BY = {"file": "summary", "microphone": "summary"}
"""The kind of what a command prints, where it has another name."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("sessions"), connections=9)


def printed(kind: str, session: Path) -> str:
    """What the program prints, or writes, of this kind."""
    clips = [random_clip(f"clip {seed}", seed) for seed in range(3)]
    traces = [played(clip, HIGHEST) for clip in clips]
    sample: Any
    match kind:
        case "report":
            return document(session, "json")
        case "connection":
            result = RunResult()
            for event in read_session(session):
                result.feed(event)
            accuracy = small_accuracy()
            return summary_jsonl(result.ordered_summaries, version="1", endpoint="e", accuracy=accuracy).splitlines()[0]
        case "summary":
            sample = read_session_report(session).summary
            sample.accuracy = small_accuracy()
        case "compare":
            sample = compare_sessions(session, session)
        case "sweep":
            setting = Setting(eot=0.8)
            confirmed = compared(setting, [played(clip, setting) for clip in clips], traces)
            sample = msgspec.structs.replace(
                sweep_report(traces, current=Setting(), endpoint="e"), confirmed=[confirmed], sessions=["s"]
            )
        case "ab":
            figures = sweep_report(traces, current=Setting(), endpoint="e").current_figures
            assert figures is not None
            sample = AbReport(
                endpoint="e",
                endpoint_b="f",
                a="A",
                b="B",
                comparison=compared_arms(0.1, primary=Primary.WAIT),
                figures_a=figures,
                figures_b=figures,
                clips=3,
                failed=0,
            )
        case "isolation":
            sample = judge_isolation(traces, {"beside": traces})
        case "experiment":
            sample = isolation_experiment(judge_isolation(traces, {"beside": traces}))
        case "capacity":
            limit = Criterion("wire", 95, 400)
            measured = Measured(criterion=limit, value_ms=12.0, low_ms=10.0, high_ms=14.0, n=70)
            rung = RungOutcome(streams=2, judgement="PASS", measured=(measured,))
            result_ = Result(kind="LOWER BOUND", passes=2, max_streams=2)
            sample = CapacityReport(endpoint="e", criteria=(limit,), rungs=[rung], result=result_, sentence="x")
        case "probe":
            one = Finding(key="a", feature="Configure", documented="yes", outcome="yes", seen="after 3 ms")
            sample = ProbeReport(endpoint="e", reachable=True, findings=[one])
        case "sessions":
            sample = SessionList(sessions=SessionIndex(session.parent).sessions())
        case "trend":
            index = SessionIndex(session.parent)
            listed = index.with_intervals(index.sessions())
            sample = trend(listed, listed[0], "update_p95_ms")
        case "data":
            sample = CheckResult(format="folder", sample_rates_hz=Counter({16_000: 2}))
        case _:
            raise AssertionError(f"add a sample of {kind}")
    return msgspec.json.encode(sample).decode()


@pytest.mark.parametrize("kind", schema.KINDS)
def test_what_is_printed_is_valid_by_the_schema_that_is_printed(kind: str, session: Path, capsys) -> None:
    # It loads parsers of every format it knows, which collecting the tests would pay in each process.
    import jsonschema

    assert schema.run(build_parser("schema").parse_args(["schema", kind])) == ExitCode.OK
    described = json.loads(capsys.readouterr().out)
    assert described == json.loads(msgspec.json.encode(schema.schema_of(kind)))
    validator = jsonschema.Draft202012Validator(described)
    jsonschema.Draft202012Validator.check_schema(described)
    shown = json.loads(printed(kind, session))
    assert [error.message for error in validator.iter_errors(shown)] == []
    properties = described["$defs"][described["$ref"].rpartition("/")[2]]["properties"]
    assert set(shown) <= set(properties), "everything is described"
    wrong = {**shown, "schema": 99}
    assert not validator.is_valid(wrong), "another version is another schema"


def test_every_command_that_prints_json_has_a_schema(capsys) -> None:
    printing = 0
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            build_parser(command).parse_args([command, "--help"])
        has_json = re.search(r"^ +--json(?![\w-])", capsys.readouterr().out, re.MULTILINE) is not None
        printing += has_json
        assert not has_json or PRINTED_BY.get(command, command) in schema.KINDS, command
    assert printing >= 10


def test_the_numbers_are_those_that_are_printed() -> None:
    assert json_schema(ConnectionLine, "connection")["$id"] == f"flux-desktop-connection-{SCHEMA}"
    assert schema.schema_of("report")["$id"] == "flux-desktop-report-1"


@pytest.mark.usefixtures("logging_as_before")
def test_kinds_are_listed_and_the_report_has_its_own_flag(capsys) -> None:
    assert main(["schema"]) == ExitCode.OK
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(schema.KINDS)
    assert main(["report", "--json-schema"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["$id"] == "flux-desktop-report-1"
