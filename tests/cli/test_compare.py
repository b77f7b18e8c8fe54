"""Tests of `flux-stress compare`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from flux_desktop.cli import compare
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser, main
from tests.reports.documents.recorded_run import cut_off_after_start, recorded


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    return str(recorded(tmp_path / "a")), str(recorded(tmp_path / "b", scale=1.5))


def test_a_change_beyond_the_allowed_one_is_exit_99(runs, tmp_path: Path, capsys) -> None:
    junit = tmp_path / "compare.xml"
    markdown = tmp_path / "compare.md"
    flags = ["--fail-on", "update_p95_ms>+10%", "--junit", str(junit), "--markdown", str(markdown)]
    assert main(["compare", *runs, *flags]) == ExitCode.LIMIT_BROKEN
    out = capsys.readouterr().out
    assert "FAILS" in out
    assert "Fails update_p95_ms>+10%" in out
    root = ET.parse(junit).getroot()  # noqa: S314 - our own file
    assert root.get("failures") == "1"
    assert "FAILS" in markdown.read_text()
    assert main(["compare", runs[0], runs[0], *flags[:2]]) == ExitCode.OK


@pytest.mark.parametrize("name", ["update_p95_ms", "update_p99_ms", "word_error_percent"])
def test_what_the_data_cannot_decide_is_exit_7_and_says_so(name: str, tmp_path: Path, capsys) -> None:
    """A single connection has no interval, p99 needs 299 values, and a run without reference texts no error rate."""
    one = [str(recorded(tmp_path / str(scale), connections=1, updates=72, scale=scale)) for scale in (1.0, 70.0)]
    junit, markdown = tmp_path / "compare.xml", tmp_path / "compare.md"
    flags = ["--fail-on", f"{name}>+10%"]
    assert main(["compare", *one, *flags, "--junit", str(junit), "--markdown", str(markdown)]) == ExitCode.NOT_DECIDED
    assert f"NOT DECIDED: {name}>+10%; " in capsys.readouterr().out.replace("\n", " ")
    root = ET.parse(junit).getroot()  # noqa: S314 - our own file
    assert (root.get("failures"), root.get("skipped"), len(root.findall("*/skipped"))) == ("0", "1", 1)
    assert "+10%: NOT DECIDED" in markdown.read_text()
    assert main(["compare", *one, *flags, "--fail-on", "completed_percent<-1", "--json"]) == ExitCode.NOT_DECIDED
    assert main(["compare", *one]) == ExitCode.OK


def test_a_proven_change_outweighs_one_that_is_not_decided(runs) -> None:
    flags = ["--fail-on", "update_p95_ms>+10%", "--fail-on", "word_error_percent>+1"]
    assert main(["compare", *runs, *flags]) == ExitCode.LIMIT_BROKEN


def test_names_are_whole_in_any_width(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    names = [str(recorded(tmp_path).rename(tmp_path / f"2026-01-31_12-00-0{n}_{'x' * 50}")) for n in (0, 1)]
    main(["compare", *names])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"Base: {Path(names[0]).name}", f"New:  {Path(names[1]).name}"]


def test_runs_that_cannot_be_compared_are_exit_6(runs, tmp_path: Path, capsys) -> None:
    other = str(recorded(tmp_path / "c", connections=2))
    assert main(["compare", runs[0], other]) == ExitCode.NOT_COMPARABLE
    assert "Not comparable: different connections (4 and 2)." in capsys.readouterr().out.replace("\n", " ")
    assert main(["compare", runs[0], other, "--force", "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["comparable"] is False


def test_a_run_that_proves_nothing_is_never_a_baseline(runs, tmp_path: Path, capsys) -> None:
    cut = recorded(tmp_path / "c")
    cut_off_after_start(cut)
    for flags in ([], ["--force"]):
        assert main(["compare", str(cut), runs[0], *flags]) == ExitCode.NOT_COMPARABLE
        assert "the base run was cut off" in capsys.readouterr().out.replace("\n", " ")
    args = build_parser("compare").parse_args(["compare", runs[0], str(cut), "--force"])
    assert compare.run(args) == ExitCode.OK


@pytest.mark.parametrize("flags", [["/nowhere", "/nowhere"], ["/nowhere", "/nowhere", "--fail-on", "x"]])
def test_wrong_input_is_one_sentence(flags: list[str], capsys) -> None:
    assert main(["compare", *flags]) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1
