"""`flux-stress ab`: what is compared, and the report as text."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from flux_desktop.cli.ab import ab_plan, report_lines
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.evaluation.comparing.paired import Primary
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments.ab import AbReport, by_arm, kept_report, scored
from tests.evaluation.spoken_clips import played, random_clip

GIVEN = ["ab", "local", "--data", "sample", "--a", "eot_threshold=0.7"]
B = ["--b", "eot_threshold=0.8,eager_eot_threshold=0.5"]


def test_the_arms_are_the_flags_with_their_own_values() -> None:
    plan, stream_minutes = ab_plan(
        build_parser("ab").parse_args([*GIVEN, *B, "--keyterms", "x", "--primary", "cut-offs"])
    )
    assert (plan.a.eot_threshold, plan.b.eot_threshold, plan.b.eager_eot_threshold) == (0.7, 0.8, 0.5)
    assert plan.a.keyterms == plan.b.keyterms == ("x",)
    assert (plan.primary, plan.margin, plan.clips, plan.base_b) == (Primary.CUT_OFFS, 0.02, 29, None)
    assert stream_minutes > 40
    plan, _ = ab_plan(build_parser("ab").parse_args([*GIVEN, "--endpoint-b", "other"]))
    assert plan.base_b is not None
    assert plan.base_b.endpoint == "other"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(["--b", "eot_threshold"], "name=value"), (["--b", "eot_threshold=0.8", "--connections", "0"], "--connections")],
)
def test_wrong_input_starts_nothing(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, *arguments]) == ExitCode.USAGE
    assert why in capsys.readouterr().err


def test_the_report_begins_with_the_verdict_and_survives_json() -> None:
    traces = []
    for place in range(12):
        clip = random_clip(f"clip {place}", place)
        for arm, eot in enumerate((0.7, 0.9, 0.9, 0.7), 1):
            traces.append(replace(played(clip, Setting(eot=eot)), conn=4 * place + arm))
    plan, _ = ab_plan(build_parser("ab").parse_args([*GIVEN, *B]))
    report = kept_report(plan, scored(*by_arm(traces), []))
    lines = report_lines(report)
    assert lines[1].startswith("B is worse: it ends turns later, by")
    assert "A: local, 0.70 · eager off · 5 s" in lines
    assert any(line.startswith("McNemar, cut-offs") for line in lines)
    assert msgspec.json.decode(msgspec.json.encode(report), type=AbReport) == report
