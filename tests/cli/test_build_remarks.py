"""What every command that streams says of the build before it starts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.cli import build_remarks as remarks
from flux_desktop.cli import consent
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import main
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports.probe_store import load_probe, save_probe

REFUSED = "This endpoint refused numerals when it was probed on 2026-11-26."
REPORT = ProbeReport(
    endpoint="my-flux",
    region="us-east-1",
    wall_time="2026-11-26T10:00:00+00:00",
    reachable=True,
    findings=[Finding(key="option:numerals", feature="numerals", documented="newer builds", outcome="no")],
)
DATA = ("--data", str(resource_path(SAMPLE_DATA_SET)))
FILE = ("--file", str(resource_path("sample_audio/conversation.wav")))


@pytest.fixture(autouse=True)
def probed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The endpoint has been probed; nobody agrees to a start."""
    assert save_probe(REPORT, tmp_path) == ""
    monkeypatch.setattr(remarks, "load_probe", lambda endpoint, region: load_probe(endpoint, region, tmp_path))
    monkeypatch.setattr(consent, "ASK_ABOVE_STREAM_MINUTES", 0.0)
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.mark.parametrize(
    "flags",
    [
        ("capacity", *FILE),
        ("sweep", *DATA),
        ("ab", *DATA, "--a", "", "--b", "eot_threshold=0.8"),
        ("isolation",),
    ],
    ids=lambda flags: flags[0],
)
def test_every_experiment_warns_of_what_the_build_refused(
    flags: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command, *rest = flags
    common = ("my-flux", "--region", "us-east-1", "--numerals", "--sessions-dir", str(tmp_path))
    status = main([command, *common, *rest])
    stderr = capsys.readouterr().err
    print(stderr)
    assert REFUSED in stderr
    assert stderr.count(REFUSED) == 1
    assert status == ExitCode.USAGE, "it has not been started"


def test_each_plan_is_asked_for_and_the_built_in_endpoint_is_not() -> None:
    options = FluxOptions(numerals=True)
    real = RunPlan(endpoint="my-flux", region="us-east-1", source=WavSource(path="a.wav"))
    asking = RunPlan(endpoint="my-flux", region="us-east-1", source=WavSource(path="a.wav"), options=options)
    assert REFUSED not in remarks.build_remarks(real)
    assert remarks.build_remarks(real, asking, asking).count(REFUSED) == 1
    local = RunPlan(endpoint="local", region="us-east-1", source=WavSource(path="a.wav"), options=options)
    assert REFUSED not in remarks.build_remarks(local)


def test_remarks_are_printed_without_terminal_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    wav = str(resource_path("sample_audio/conversation.wav"))
    assert main(["file", "x", "--file", wav, "--model", "\x1b[31mred", "--endpoint-url", "ftp://x"]) == 2
    printed = capsys.readouterr().err
    assert "Flux does not support model red. It is sent anyway" in printed
    assert "\x1b" not in printed
