"""Tests of `flux-stress capacity`: its flags, its lines, and its exit status."""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import resource_path
from flux_desktop.cli import capacity
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import Measured, RungOutcome
from flux_desktop.evaluation.cost import Prices
from tests.cli.test_main import started, wait_for_line
from tests.waiting import PATIENCE_S

LIMIT = Criterion("wire", 95, 400)
PRICES = Prices(licence_per_stream_minute=0.0077, instance_per_hour=7.09)
WAV = str(resource_path("sample_audio/conversation.wav"))


def parsed(*flags: str) -> argparse.Namespace:
    return build_parser("capacity").parse_args(["capacity", "local", "--file", WAV, *flags])


def report(result: Result) -> CapacityReport:
    return CapacityReport(criteria=(LIMIT,), result=result, sentence=result.sentence(), stream_minutes=71.25)


def test_the_flags_make_a_plan() -> None:
    args = parsed("--max", "50", "--limit", "update_p99_ms<600", "--measure", "2m", "--budget", "0.77usd")
    plan = capacity._plan(args, PRICES)
    assert plan.run.on_demand
    assert (plan.run.connections, plan.run.reconnect) == (50, False)
    assert plan.criteria == (Criterion("update", 99, 600),)
    assert plan.timing.measure_s == 120
    assert plan.budget_stream_minutes == pytest.approx(100)
    assert capacity._plan(parsed(), PRICES).criteria == (LIMIT,)


def test_a_time_of_day_is_the_next_one() -> None:
    end = capacity._until("00:00")
    assert end > datetime.now().astimezone()
    assert (end.hour, end.minute) == (0, 0)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--limit", "end_of_turn_p95_ms<400"), "depends on thresholds"),
        (("--budget", "much"), "The budget “much” cannot be read."),
        (("--until", "25:00"), "The time “25:00” cannot be read."),
        (("--max", "0"), "--max must be between 1 and 10000"),
        (("--utilisation", "2"), "--utilisation must be between 0.1 and 1"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(flags, sentence, capsys) -> None:
    assert main(["capacity", "local", "--file", WAV, *flags]) == ExitCode.USAGE
    assert sentence in capsys.readouterr().err


def test_a_real_endpoint_is_not_loaded_without_consent(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["capacity", "my-flux", "--file", WAV, "--region", "us-east-1"]) == ExitCode.USAGE
    stderr = capsys.readouterr().err
    assert "stream-minutes, $" in stderr
    assert "Pass --yes" in stderr
    assert main(["capacity", "my-flux", "--file", WAV, "--price", "0.5", "--budget", "100usd"]) == ExitCode.USAGE
    assert "About 200 stream-minutes, $100.00 plus the instance, at most" in capsys.readouterr().err


def test_the_answer_has_its_price_and_its_evidence() -> None:
    result = Result(kind="BRACKETED", passes=46, fails=48, why_fails="the p95 is 512 ms", repeats=3)
    lines = capacity.result_lines(report(result), PRICES, 0.75)
    assert (
        lines[1] == "BRACKETED: 46 conversations; at 48, the p95 is 512 ms. Scaling target 34 (one instance assumed)."
    )
    price = "$0.0111 per conversation-minute at 75 % utilisation: licence $0.0077, instance (one assumed) $0.0034"
    assert lines[2].startswith(price)
    assert "71.2 stream-minutes" in lines[-1]
    lines = capacity.result_lines(report(replace(result, instances=3)), PRICES, 0.75)
    price = "$0.0180 per conversation-minute at 75 % utilisation: licence $0.0077, 3 instances $0.0103"
    assert lines[2].startswith(price)


def test_without_an_instance_price_there_is_no_cost() -> None:
    result = Result(kind="BRACKETED", passes=46, fails=48, why_fails="x", repeats=3)
    lines = capacity.result_lines(report(result), Prices(licence_per_stream_minute=0.0077), 0.75)
    assert not any("conversation-minute" in line for line in lines)


def test_a_rung_is_one_line() -> None:
    outcome = RungOutcome(
        streams=48,
        judgement="FAIL",
        after_cool_down=True,
        measured=(Measured(criterion=LIMIT, value_ms=512, low_ms=490, high_ms=540, n=11520),),
        reason="too slow",
    )
    assert capacity.rung_line(outcome) == (
        "FAIL         48 streams, cooled down  wire_p95_ms 512 ms (490 to 540, n = 11,520)"
    )


def test_a_rung_says_what_its_figures_do_not() -> None:
    fine = (Measured(criterion=LIMIT, value_ms=90, low_ms=80, high_ms=99, n=500),)
    outcome = RungOutcome(streams=2, judgement="FAIL", measured=fine, lost=1, reason="1 of 2 streams was lost")
    assert "FAIL          2 streams: 1 of 2 streams was lost  wire_p95_ms 90 ms" in capacity.rung_line(outcome)
    one = RungOutcome(streams=1, judgement="PASS", measured=fine)
    assert capacity.rung_line(one) == "PASS          1 stream  wire_p95_ms 90 ms (80 to 99, n = 500)"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result(kind="BRACKETED", passes=46, fails=48), ExitCode.OK),
        (Result(kind="LOWER BOUND", passes=24, reason="interrupted"), ExitCode.INTERRUPTED),
        (Result(kind="LOWER BOUND", passes=24), ExitCode.OK),
        (Result(kind="INVALID", reason="x"), ExitCode.INVALID),
        (Result(kind="UNDECIDED"), ExitCode.LIMIT_BROKEN),
    ],
)
def test_the_exit_status(result: Result, status: ExitCode) -> None:
    assert capacity.exit_code(report(result)) is status
    without_recording = ExitCode.CONNECTION_FAILED if status is ExitCode.OK else status
    assert capacity.exit_code(report(result), unrecorded="The recording is incomplete.") is without_recording


def test_a_run_that_could_not_start_has_the_exit_status_of_its_reason() -> None:
    invalid = report(Result(kind="INVALID", reason="x"))
    assert capacity.exit_code(invalid, Problem(code="credentials_missing", what="x")) is ExitCode.CREDENTIALS
    assert capacity.exit_code(invalid, Problem(code="endpoint_not_found", what="x")) is ExitCode.ENDPOINT


def test_ctrl_c_keeps_what_is_known(tmp_path: Path) -> None:
    """The signal goes to all processes of the search, as a terminal sends it."""
    flags = ["--file", WAV, "--start", "1", "--max", "64", "--settle", "0.2s", "--measure", "2s"]
    flags += ["--limit", "wire_p50_ms<5000", "--local-arguments", "--recogniser silent"]
    with started(
        "capacity", "local", *flags, "--sessions-dir", str(tmp_path), stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        wait_for_line(process, lambda line: line.startswith("PASS"))
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=PATIENCE_S)[0]
    print(rest)
    assert process.returncode == ExitCode.INTERRUPTED
    assert re.search(r"^LOWER BOUND: at least \d+ conversations?, interrupted\.$", rest, re.MULTILINE)
    assert re.search(r"^\d+ rungs?, .* stream-minutes", rest, re.MULTILINE)


@pytest.mark.parametrize("flags", [["--measure=0"], ["--measure=-1"], ["--cool-down=-1"], ["--settle=-1"]])
def test_times_that_cannot_be_kept_are_refused(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capacity", "local", "--data", "sample", "--yes", *flags]) == 2
    assert f"{flags[0].partition('=')[0]} is out of range" in capsys.readouterr().err
