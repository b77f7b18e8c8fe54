"""What a run that never started leaves in JSON and JSONL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop import __version__
from flux_desktop.base.resources import resource_path
from flux_desktop.cli.main import main

SAMPLE = str(resource_path("sample_audio/conversation.wav"))


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize(
    ("flags", "status", "code", "planned"),
    [
        ("--eot-threshold 7 --connections 3", 2, "option_out_of_range", 3),
        ("--connections 0", 2, "plan_invalid", 1),
        ("--ca-bundle /no/such/file", 2, "path_invalid", 1),
        ("--sessions-dir /dev/null", 2, "path_invalid", 1),
        ("--endpoint-url ftp://x --connections 2", 2, "address_invalid", 2),
    ],
)
def test_a_run_that_could_not_start_names_version_and_endpoint(
    flags: str, status: int, code: str, planned: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "summary.jsonl"
    wanted = ["--json", "--summary-jsonl", str(path)]
    assert main(["file", "my-flux", "--file", SAMPLE, *flags.split(), *wanted]) == status
    out, err = capsys.readouterr()
    summary = json.loads(out)
    assert (summary["version"], summary["endpoint"], summary["exit_code"]) == (__version__, "my-flux", status)
    assert summary["problem"]["code"] == code
    assert summary["ledger"]["not started"] == summary["planned"] == planned
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["connection_id"] for line in lines] == list(range(1, planned + 1))
    for line in lines:
        assert (line["version"], line["endpoint"], line["error_code"]) == (__version__, "my-flux", code)
        assert (line["ledger"], line["connected"]) == ("not started", False)
    assert "Traceback" not in err


@pytest.mark.usefixtures("logging_as_before")
def test_lines_for_standard_output_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "x", "--file", SAMPLE, "--eot-threshold", "7", "--summary-jsonl", "-"]) == 2
    assert json.loads(capsys.readouterr().out)["endpoint"] == "x"


@pytest.mark.usefixtures("logging_as_before")
def test_a_summary_path_that_cannot_be_used_is_in_the_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["file", "x", "--file", SAMPLE, "--json", "--summary-jsonl", str(tmp_path)]) == 2
    assert json.loads(capsys.readouterr().out)["problem"]["code"] == "path_invalid"


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize(
    "arguments",
    [
        ["e\udcff", "--file", SAMPLE],
        ["local", "--file", "\udcff.wav"],
        ["local", "--file", SAMPLE, "--tag", "\udcff"],
        ["local", "--file", SAMPLE, "--sessions-dir", "/dev/null/\udcff"],
        ["local", "--file", SAMPLE, "--summary-jsonl", "/no/such/\udcff"],
        ["local", "--file", SAMPLE, "--ca-bundle", "\udcff"],
        ["local", "--file", SAMPLE, "--limit", "\udcff<1"],
        ["local", "--file", SAMPLE, "--stages", "\udcff"],
    ],
)
def test_arguments_that_are_no_text_are_reported_as_json(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["file", *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["exit_code"] == 2
    assert "Internal error" not in err
