"""`flux-stress self-test`: one line each, and an exit status that a script can rely on."""

from __future__ import annotations

import argparse

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.cli import main, self_test
from flux_desktop.engine.self_test import quick_checks
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult


def test_the_quick_part_is_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["self-test", "--quick"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * len(quick_checks.QUICK)
    assert last == "All checks passed."


def test_what_is_wrong_decides_the_exit_status(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_desktop.base.program.allow_many_files", lambda: 256)
    assert self_test.run(argparse.Namespace(quick=True, picture=None)) == 1
    output = capsys.readouterr().out
    assert "FAILED  open files" in output
    assert output.endswith("1 check failed; see the hints above.\n")


def test_a_problem_with_line_breaks_stays_one_line() -> None:
    problem = Problem(code="x", what="Two\nlines.", why="And \x1b[31mcolour.", todo="Do it.")
    assert (
        self_test.line(QuickCheckResult(name="thing", problem=problem))
        == "FAILED  thing            Two lines. And colour. Do it."
    )
