"""Tests of `flux-stress sessions`."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from flux_desktop.cli import paths
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import main
from flux_desktop.cli.sessions import add_arguments
from tests.reports.documents.recorded_run import cut_off_after_start, recorded


def sessions(parent: Path, *words: str) -> int:
    return main(["sessions", *words, "--sessions-dir", str(parent)])


def listed(parent: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert sessions(parent, *(words or ("list",)), "--json") == ExitCode.OK
    return [each["name"] for each in json.loads(capsys.readouterr().out)["sessions"]]


def test_a_session_is_listed_noted_deleted_and_restored(tmp_path: Path, capsys) -> None:
    name = recorded(tmp_path).name
    assert sessions(tmp_path, "note", name, "--note", "before the update", "--star") == ExitCode.OK
    assert sessions(tmp_path, "note", name, "--title", "Friday") == ExitCode.OK
    assert listed(tmp_path, capsys, "search", "before", "update") == [name]
    assert sessions(tmp_path, "list") == ExitCode.OK
    assert re.search(r"my-flux.* \d+ kB ", capsys.readouterr().out)
    assert sessions(tmp_path, "delete", name) == ExitCode.OK
    assert listed(tmp_path, capsys) == []
    assert sessions(tmp_path, "restore", name) == ExitCode.OK
    assert listed(tmp_path, capsys, "show", name) == [name]


def test_how_long_a_run_without_an_end_lasted_is_not_said_to_be_nothing(tmp_path: Path, capsys) -> None:
    cut_off_after_start(recorded(tmp_path))
    assert sessions(tmp_path, "list") == ExitCode.OK
    (line,) = capsys.readouterr().out.splitlines()[1:]
    assert "CUT OFF" in line
    assert " 0.0 " not in line.partition("CUT OFF")[0]


def test_a_session_is_exported_and_imported(tmp_path: Path, capsys) -> None:
    name = recorded(tmp_path / "a").name
    file = tmp_path / "one.zip"
    assert sessions(tmp_path / "a", "export", name, "-o", str(file)) == ExitCode.OK
    assert sessions(tmp_path / "b", "import", str(file)) == ExitCode.OK
    assert listed(tmp_path / "b", capsys) == [name]


def test_the_recording_is_printed_as_json_lines(tmp_path: Path, capsys) -> None:
    name = recorded(tmp_path, connections=1, updates=3).name
    assert sessions(tmp_path, "cat", name) == ExitCode.OK
    kinds = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert (kinds[0], kinds.count("received")) == ("run_started", 4)


def test_a_trend_over_sessions_that_are_alike(tmp_path: Path, capsys) -> None:
    first, second = recorded(tmp_path, connections=2).name, recorded(tmp_path, connections=2, scale=2.0).name
    alone = recorded(tmp_path, connections=3).name
    assert sessions(tmp_path, "trend", second, "--figure", "update_p50_ms", "--json") == ExitCode.OK
    points = json.loads(capsys.readouterr().out)["points"]
    assert [point["name"] for point in points] == [first, second]
    assert points[1]["value"] > points[0]["value"]
    for like, count in ((second, "2 sessions with"), (alone, "1 session with")):
        assert sessions(tmp_path, "trend", like) == ExitCode.OK
        texts = capsys.readouterr()
        assert len(texts.out.splitlines()) == int(count[0])
        assert count in texts.err
    assert sessions(tmp_path, "trend", alone, "--figure", "word_error_percent") == ExitCode.OK
    assert "No ended session with these settings has the figure. It needs reference texts." in capsys.readouterr().err


def test_the_retention_rule_is_shown_and_changed(tmp_path: Path, capsys) -> None:
    assert sessions(tmp_path, "retention") == ExitCode.OK
    assert "Nothing is deleted until you agree" in capsys.readouterr().out
    assert sessions(tmp_path, "retention", "--max-gb", "5", "--max-age-days", "90", "--agree") == ExitCode.OK
    stdout = capsys.readouterr().out
    for part in ("beyond 5 GB", "older than 90 days", "You have agreed"):
        assert part in stdout


def test_pruning_needs_consent(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("flux_desktop.cli.sessions.surplus", lambda sessions, now, **_: sessions)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    name = recorded(tmp_path).name
    assert sessions(tmp_path, "prune") == ExitCode.USAGE
    assert re.match(r"1 session of \d+ kB, the oldest from ", capsys.readouterr().err)
    assert listed(tmp_path, capsys) == [name]
    assert sessions(tmp_path, "prune", "--yes") == ExitCode.OK
    assert not (tmp_path / name).exists()
    assert not (tmp_path / ".deleted").exists()


@pytest.mark.parametrize("action", ["list", "prune", "retention"])
def test_words_that_an_action_does_not_take_are_refused(action: str, tmp_path: Path, capsys) -> None:
    assert sessions(tmp_path, action, "hello", "world") == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"sessions {action} takes no SUBJECT, but “hello world” was given.")


@pytest.mark.parametrize("words", [("show", "nothing"), ("delete",), ("import", "/nowhere.zip"), ("note", "x")])
def test_what_is_not_there_is_one_sentence(words: tuple[str, ...], tmp_path: Path, capsys) -> None:
    assert sessions(tmp_path, *words) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_every_action_is_explained() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    text = parser.format_help()
    assert all(f"{name}:" in text for name in ("list", "search", "prune", "restore", "import"))


@pytest.mark.parametrize("name", ["missing", "file", ""])
def test_a_folder_that_is_named_must_be_one(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert main(["sessions", "list", "--sessions-dir", name]) == ExitCode.USAGE
    assert f"--sessions-dir “{name}” cannot be used." in capsys.readouterr().err


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths.os, "access", lambda *_: False)
    assert main(["sessions", "list", "--sessions-dir", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"--sessions-dir “{tmp_path}” cannot be used. Permission denied.\n"


@pytest.mark.parametrize("flag", ["--max-gb", "--max-age-days"])
@pytest.mark.parametrize("value", ["-1", "1e300"])
def test_a_rule_that_cannot_be_meant_is_refused(
    tmp_path: Path, flag: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        sessions(tmp_path, "prune", f"{flag}={value}", "--yes")
    assert "is out of range" in capsys.readouterr().err
