"""`flux-stress sweep`: past sessions, and input that cannot be used."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import msgspec
import pytest

from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from flux_desktop.cli.sweep import sweep_plan
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.plan import DataSetSource, WavSource
from flux_desktop.evaluation.thresholds.sweep_report import SweepReport
from tests.experiments.losing_pool import FAULT, LosingPool
from tests.experiments.test_read_traces import data_set, ended, info, session  # noqa: F401 - a fixture


@pytest.fixture
def recorded(tmp_path: Path, data_set: Path) -> Path:  # noqa: F811
    """A session in which one clip was cut off by no setting below 0.6."""
    clip = ClipStarted(t=0.0, conn=1, clip=str(data_set.parent / "a.wav"), audio_s=0.0)
    messages = [info(0.24, 0.01), info(0.48, 0.6), info(0.72, 0.01), info(0.96, 0.5), info(4.8, 0.99)]
    return session(tmp_path / "run", DataSetSource(path=str(data_set)), clip, *messages, ended())


def test_a_past_session_is_evaluated_and_says_up_to_where(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--from", str(recorded), "--json", "--eot-threshold", "0.55"]) == ExitCode.OK
    report = msgspec.json.decode(capsys.readouterr().out, type=SweepReport)
    assert (report.turns, report.holds, report.sessions) == (1, 1, ["run"])
    assert report.current.eot == 0.55
    assert report.current_figures is not None
    assert report.current_figures.cut_offs_per_hold.value == 1.0
    assert "Thresholds above 1 and timeouts above 10000 ms are not evaluated" in report.notes[-1]


def test_a_session_without_turns_says_why_nothing_is_decided(
    tmp_path: Path,
    data_set: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = str(data_set.parent / "a.wav")
    clip = ClipStarted(t=0.0, conn=1, clip=path, audio_s=0.0)
    folder = session(tmp_path / "run", WavSource(path=path), clip, info(0.24, 0.01), info(0.48, 0.6), ended())
    assert main(["sweep", "--from", str(folder)]) == ExitCode.USAGE
    _, sentence, why = capsys.readouterr().out.splitlines()
    assert sentence.startswith("This data does not decide anything")
    assert why == "Note: run: 1 of 1 clips have no reference turns and are left out."


def test_the_limits_of_the_presets_can_be_edited(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--from", str(recorded), "--cut-offs", "20,10,1"]) == ExitCode.OK
    assert "fast (at most 20 % cut off): This data does not decide it" in capsys.readouterr().out
    assert main(["sweep", "--from", str(recorded), "--cut-offs", "20"]) == ExitCode.USAGE
    assert "three percentages" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--from", "none"], "cannot be evaluated"),
        (["--data", "sample"], "An endpoint is needed"),
        (["local", "--data", "sample", "--repeats", "0"], "--repeats must be at least 1"),
        (["local", "--data", "sample", "--confirm", "-1"], "--confirm at least 0"),
        (["local", "--data", "none.jsonl"], "none.jsonl"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_starts(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", *arguments]) == ExitCode.USAGE
    assert why in capsys.readouterr().err


def test_what_is_stated_before_the_start_includes_the_live_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    flags = ["my-flux", "--region", "us-east-1", "--data", "sample", "--connections", "24", "--repeats", "4"]
    stated = []
    for confirm in (
        ["--confirm", "0"],
        ["--confirm", "3", "--eot-timeout-ms", "10000"],
        ["--confirm", "3", "--eot-timeout-ms", "60000"],
    ):
        assert main(["sweep", *flags, *confirm, "--sessions-dir", str(tmp_path)]) == ExitCode.USAGE
        stated.append([int(number) for number in re.findall(r"[Aa]bout (\d+) ", capsys.readouterr().err)])
    (minutes, lasts), (live_minutes, live_lasts), (longer_minutes, longer_lasts) = stated
    assert live_minutes == pytest.approx(2 * minutes, abs=1), "three settings and the current one, as many repeats"
    assert live_lasts == pytest.approx(2 * lasts, abs=1)
    assert longer_minutes == pytest.approx(live_minutes + 29 * 50 / 60, abs=1), "the current one streams 50 s longer"
    assert longer_lasts > live_lasts


def test_the_plan_has_what_the_flags_say() -> None:
    args = build_parser("sweep").parse_args(
        ["sweep", "local", "--data", "sample", "--repeats", "2", "--line-noise", "--keyterms", "a,b"]
    )
    plan = sweep_plan(args)
    assert (plan.repeats, plan.at_once, plan.line_noise_dbfs) == (2, 8, -60.0)
    assert plan.base.options.keyterms == ("a", "b")


def test_a_lost_generator_makes_the_sweep_invalid(
    data_set: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("flux_desktop.cli.sweep.cluster_pool", lambda _: contextlib.nullcontext(LosingPool()))
    arguments = ["sweep", "local", "--data", str(data_set), "--sessions-dir", str(tmp_path / "sessions")]
    assert main(arguments) == ExitCode.INVALID
    assert f"The run has ended early, because {FAULT}. Check that machine" in capsys.readouterr().err
