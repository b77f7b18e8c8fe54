"""Tests of `flux-stress probe`: its texts, and its exit status."""

from __future__ import annotations

import json

import pytest

from flux_desktop.cli import probe
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import main
from flux_desktop.flux.probe_findings import Finding, ProbeReport

REPORT = ProbeReport(
    endpoint="my-flux",
    region="us-east-1",
    model="flux-general-en",
    version="0.2",
    wall_time="2026-11-26T10:00:00+00:00",
    reachable=True,
    streams=12,
    duration_s=9.6,
    findings=[
        Finding(key="control:Configure", feature="Configure", documented="yes", outcome="no", seen="it ended \x1b[2J"),
        Finding(key="option:numerals", feature="numerals", documented="newer builds", outcome="unclear"),
    ],
    unknown_messages=['{"type":"New"}'],
)


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> list[ProbeReport]:
    """Reports that the endpoint gives, and nothing kept in the user's folder."""
    reports = [REPORT]

    async def answer(plan, *, long, on_finding, sessions_dir):
        return reports[0]

    monkeypatch.setattr(probe, "probe_endpoint", answer)
    monkeypatch.setattr(probe, "save_probe", lambda report: "")
    return reports


def test_a_ticket_is_plain_text(probed, capsys) -> None:
    assert main(["probe", "my-flux", "--region", "us-east-1", "--ticket"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "Configure | documented: yes | this build: no | it ended" in out
    assert "numerals | documented: newer builds | this build: ?\n" in out
    assert 'Unknown message: {"type":"New"}' in out
    assert "\x1b" not in out


def test_the_table_and_the_json_have_every_finding(probed, capsys) -> None:
    main(["probe", "my-flux", "--region", "us-east-1"])
    table = capsys.readouterr().out
    assert "Configure" in table
    assert "newer builds" in table
    assert "\x1b[2J" not in table
    main(["probe", "my-flux", "--region", "us-east-1", "--json"])
    assert [each["outcome"] for each in json.loads(capsys.readouterr().out)["findings"]] == ["no", "unclear"]


def test_an_endpoint_that_was_not_reached_is_a_failure(probed, capsys) -> None:
    probed[0] = ProbeReport(endpoint="my-flux", problem="It is not in service.")
    assert main(["probe", "my-flux", "--region", "us-east-1"]) == ExitCode.CONNECTION_FAILED
    assert "It is not in service." in capsys.readouterr().out


def test_wrong_input_is_refused(capsys) -> None:
    assert main(["probe", "no/such", "--region", "us-east-1"]) == ExitCode.USAGE
    assert "not a valid endpoint name" in capsys.readouterr().err
