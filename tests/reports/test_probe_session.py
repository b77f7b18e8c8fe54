"""A probe kept as a session."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.reports.findings import read_experiment
from flux_desktop.reports.probe_session import keep_probe_session
from flux_desktop.reports.sessions.facts import read_facts
from tests.reports.test_probe_text import report

PLAN = RunPlan(endpoint="flux-en-prod", source=WavSource(path="conversation.wav"))


def traffic() -> list[Event]:
    ledgers = (LedgerClass.COMPLETED, LedgerClass.CONNECT_FAILED)
    ends = [ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=n, ledger=each)) for n, each in enumerate(ledgers, 1)]
    return [Received(t=1.0, conn=1, type="New", text='{"type":"New"}'), *ends]


def test_it_is_listed_with_its_kind_and_finding_and_its_traffic_is_raw(tmp_path: Path) -> None:
    probed = report()
    probed.streams, probed.duration_s = 2, 7.0
    folder = keep_probe_session(probed, PLAN, traffic(), tmp_path)
    facts = read_facts(folder)
    supported = sum(each.outcome == "yes" for each in probed.findings)
    assert (facts.kind, facts.endpoint, facts.connections) == ("probe", "flux-en-prod", 2)
    assert facts.outcome == f"{supported} of {len(probed.findings)} supported"
    texts = [event.text for event in read_session(folder) if isinstance(event, Received)]
    assert texts == ['{"type":"New"}']
    experiment = read_experiment(folder)
    assert experiment is not None
    assert [row[0] for row in experiment.rows] == [each.feature for each in probed.findings]
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.gz"))


def test_an_endpoint_that_was_not_reached_failed(tmp_path: Path) -> None:
    probed = report()
    probed.reachable, probed.problem, probed.findings, probed.streams = False, "It is not in service.", [], 1
    facts = read_facts(keep_probe_session(probed, PLAN, [], tmp_path))
    assert (facts.verdict, facts.outcome) == ("FAIL", "not reached or refused")
