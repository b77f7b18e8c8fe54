"""`flux-stress ab`: what is compared, and the report as text."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from flux_desktop.cli.ab import ab_plan, report_lines
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.evaluation.comparing.paired import Primary
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.ab import AbPlan, AbReport, AbResult, by_arm, kept_report, scored
from flux_desktop.experiments.clip_run import ClipRunResult
from tests.evaluation.spoken_clips import played, random_clip

GIVEN = ["ab", "local", "--data", "sample", "--a", "eot_threshold=0.7"]
B = ["--b", "eot_threshold=0.8,eager_eot_threshold=0.5"]


def test_the_arms_are_the_flags_with_their_own_values() -> None:
    plan, stream_minutes, _ = ab_plan(
        build_parser("ab").parse_args([*GIVEN, *B, "--keyterms", "x", "--primary", "cut-offs"])
    )
    assert (plan.a.eot_threshold, plan.b.eot_threshold, plan.b.eager_eot_threshold) == (0.7, 0.8, 0.5)
    assert plan.a.keyterms == plan.b.keyterms == ("x",)
    assert (plan.primary, plan.margin, len(plan.entries), plan.base_b) == (Primary.CUT_OFFS, 0.02, 29, None)
    assert stream_minutes > 40
    plan, *_ = ab_plan(build_parser("ab").parse_args([*GIVEN, "--endpoint-b", "other"]))
    assert plan.base_b is not None
    assert plan.base_b.endpoint == "other"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--b", "eot_threshold"], "in --b is not a name=value pair. Write name=value,name2=value2."),
        (["--b", "eot_threshold=0.8", "--connections", "0"], "--connections"),
    ],
)
def test_wrong_input_starts_nothing(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, *arguments]) == ExitCode.USAGE
    assert why in capsys.readouterr().err


def test_a_second_endpoint_costs_also_where_the_first_is_built_in(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--region", "us-east-1", "--connections", "24"]
    assert main([*GIVEN, *flags, "--endpoint-b", "my-flux"]) == ExitCode.USAGE
    assert "stream-minutes, $" in capsys.readouterr().err


def test_the_report_begins_with_the_verdict_and_survives_json() -> None:
    traces = []
    for place in range(12):
        clip = random_clip(f"clip {place}", place)
        for arm, eot in enumerate((0.7, 0.9, 0.9, 0.7), 1):
            traces.append(replace(played(clip, Setting(eot=eot)), conn=4 * place + arm))
    plan, *_ = ab_plan(build_parser("ab").parse_args([*GIVEN, *B]))
    report = kept_report(plan, scored(*by_arm(traces), []))
    lines = report_lines(report)
    assert lines[1].startswith("B is worse: it ends turns later, by")
    assert "A: local, 0.70 · eager off · 5 s" in lines
    assert any(line.startswith("Cut-offs: share of the holds") and "All decisions are judged" in line for line in lines)
    assert any(line.startswith("McNemar, cut-offs") for line in lines)
    shares = next(line for line in lines if line.startswith("cut off, of turns  "))
    assert len(re.findall(r"[BA] - A [+-][0-9.]+ points \(", shares)) == 2
    assert msgspec.json.decode(msgspec.json.encode(report), type=AbReport) == report


def test_an_invalid_run_is_stated_and_decides_the_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = [replace(played(random_clip("clip", 1), Setting()), conn=conn) for conn in (1, 2, 3, 4)]
    ended = RunEnded(t=1.0, verdict=Verdict.INVALID, ledger={}, reasons=["the engine stalled"])
    run = ClipRunResult(ended=ended, session_folder=tmp_path, done=4, failed=0)

    async def run_ab(_plan: AbPlan, **_: object) -> AbResult:
        return scored(*by_arm(traces), [run])

    monkeypatch.setattr("flux_desktop.cli.ab.run_ab", run_ab)
    assert main([*GIVEN, *B, "--yes", "--sessions-dir", str(tmp_path)]) == ExitCode.INVALID
    assert "Note: The comparison is INVALID, so its delivery times are not reliable: the engine stalled." in (
        capsys.readouterr().out.splitlines()
    )
