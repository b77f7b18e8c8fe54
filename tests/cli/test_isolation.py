"""`flux-stress isolation`: the result as text."""

from __future__ import annotations

import pytest

from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.isolation import _deliver, result_lines
from flux_desktop.cli.main import build_parser, main
from flux_desktop.experiments.isolation import IsolationRun
from tests.evaluation.comparing.test_isolation import checked


def test_the_verdict_comes_first_and_every_condition_has_its_figures() -> None:
    lines = result_lines(checked(0.15, 2))
    assert lines[0].startswith("FAIL: streams are not isolated.")
    after = next(line for line in lines if line.startswith("right after"))
    assert "       6       6       0   0.031" in after
    assert after.count("95 % interval") == 2, "of the confidence and of the end of turn"
    assert "p < 0.05" in lines[-1]
    assert result_lines(checked(0.0, 2))[0].startswith("PASS")


def test_a_result_of_an_invalid_run_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    found = IsolationRun(result=checked(0.0, 2), problem=None, sessions=(), notes=("One run is INVALID.",))
    args = build_parser("isolation").parse_args(["isolation", "local"])
    assert _deliver(args, found, interrupted=False) == ExitCode.INVALID
    printed = capsys.readouterr()
    assert "One run is INVALID." in printed.err
    assert printed.out.startswith("PASS")


def test_wrong_input_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["isolation", "local", "--eot-threshold", "2"]) == ExitCode.USAGE
    assert "out of range" in capsys.readouterr().err
