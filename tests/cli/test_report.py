"""Tests of `flux-stress report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import main
from flux_desktop.engine.recording import session_folder
from tests.reports.documents.recorded_run import recorded


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("r.html", "<!DOCTYPE html>"),
        ("r.md", "# my"),
        ("r.xml", "<?xml"),
        ("r.json", "{"),
        ("r.prom", "# TYPE"),
        ("r.csv", "connection,turn"),
    ],
)
def test_the_name_of_the_file_chooses_the_format(name: str, beginning: str, tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    assert main(["report", str(folder), "-o", str(tmp_path / name)]) == ExitCode.OK
    assert (tmp_path / name).read_text().startswith(beginning)


def test_without_a_file_it_is_beside_the_recording(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    assert main(["report", str(folder)]) == ExitCode.OK
    assert (folder / "report.html").exists()


def test_it_can_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(recorded(tmp_path)), "-o", "-", "--format", "json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["verdict"] == "PASS"
    assert main(["report", "--json-schema"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["$id"].startswith("flux-desktop-report")


def test_a_session_in_the_usual_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded(tmp_path)
    monkeypatch.setattr(session_folder, "default_sessions_dir", lambda: folder.parent)
    monkeypatch.chdir("/")
    for command in (["report"], ["summary"], ["compare", folder.name]):
        assert main([*command, folder.name]) != ExitCode.USAGE


@pytest.mark.parametrize("flags", [[], ["/nowhere"], ["/nowhere", "--format", "turns"]])
def test_what_cannot_be_read_is_one_sentence(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *flags]) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_session_that_is_missing_is_named_and_not_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path / "missing")]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(f"The session folder {tmp_path / 'missing'} cannot be read.")
    assert main(["report", str(recorded(tmp_path)), "-o", ""]) == ExitCode.USAGE
    assert capsys.readouterr().err == "--output “” cannot be used. It is empty.\n"
