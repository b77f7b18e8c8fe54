"""Tests of the facts of a session."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.flux.probe_findings import ProbeReport
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.findings import keep_experiment
from flux_desktop.reports.probe_session import probe_experiment
from flux_desktop.reports.sessions.facts import About, read_about, read_facts, texts_of, write_about
from tests.recordings import append
from tests.reports.documents.recorded_run import HOSTILE, cut_off_after_start, recorded
from tests.reports.recorded_talk import session_of


def test_a_session_at_a_glance(tmp_path: Path) -> None:
    folder = recorded(tmp_path, connections=3)
    facts = read_facts(folder)
    assert (facts.name, facts.endpoint, facts.data, facts.connections) == (folder.name, "my-flux", "call.wav", 3)
    assert (facts.kind, facts.verdict, facts.minutes) == ("live", "PASS", 0.37)
    assert facts.update_p95_ms is not None
    assert facts.size_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert list(texts_of(folder)) == list(HOSTILE[:3])


def test_a_run_that_was_cut_off_and_a_capacity_search(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    cut_off_after_start(folder)
    (folder / "capacity.json").write_text("{}")
    facts = read_facts(folder)
    assert (facts.verdict, facts.kind) == ("CUT OFF", "capacity")


@pytest.mark.parametrize(
    ("verdict", "interrupted", "listed"),
    [(Verdict.PASS, False, "CUT OFF"), (Verdict.INVALID, False, "INVALID"), (Verdict.INVALID, True, "CUT OFF")],
)
def test_a_run_that_was_not_recorded_whole_is_no_evidence(
    tmp_path: Path, verdict: Verdict, interrupted: bool, listed: str
) -> None:
    folder = session_of(tmp_path, RunPlan(endpoint="e", source=WavSource(path="a.wav")))
    end = RunEnded(t=9.0, verdict=verdict, ledger={"completed": 1}, interrupted=interrupted, unrecorded="A part.")
    append(folder / RUN_FILE, end)
    facts = read_facts(folder)
    assert facts.verdict == listed
    assert read_session_report(folder).verdict == listed


def test_a_list_shows_what_an_experiment_found(tmp_path: Path) -> None:
    folder = session_of(tmp_path, RunPlan(endpoint="e", source=WavSource(path="a.wav"), purpose="probe"))
    append(folder / RUN_FILE, RunEnded(t=48.0, verdict=Verdict.DONE, ledger={"completed": 1}))
    facts = read_facts(folder)
    assert (facts.kind, facts.finding, facts.outcome) == ("probe", "", "DONE")
    keep_experiment([folder], probe_experiment(ProbeReport(endpoint="e", reachable=True)))
    facts = read_facts(folder)
    assert facts.outcome == "0 of 0 supported"
    assert msgspec.structs.replace(facts, verdict="CUT OFF").outcome == "CUT OFF"
    result = Result(kind="BRACKETED", passes=46, fails=48)
    (folder / "capacity.json").write_bytes(msgspec.json.encode(CapacityReport(endpoint="e", result=result)))
    facts = read_facts(folder)
    assert (facts.kind, facts.outcome) == ("capacity", "BRACKETED 46")
    late = msgspec.structs.replace(facts, verdict="INVALID")
    assert late.outcome == "BRACKETED 46", "as reports of the session say"
    assert msgspec.structs.replace(late, kind="sweep").outcome == "INVALID"
    none = msgspec.structs.replace(result, passes=0, fails=1)
    (folder / "capacity.json").write_bytes(msgspec.json.encode(CapacityReport(endpoint="e", result=none)))
    assert read_facts(folder).outcome == "BRACKETED 0", "not even one, which is no success"


def test_a_session_whose_start_cannot_be_read_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text("{}\n")
    facts = read_facts(tmp_path)
    assert (facts.name, facts.kind, facts.verdict, facts.size_bytes) == (tmp_path.name, "", "CUT OFF", 3)


def test_what_the_user_says_is_kept_beside_it(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    write_about(folder, About(title="Friday", note="before the update", starred=True))
    facts = read_facts(folder)
    assert facts.about == read_about(folder) == About(title="Friday", note="before the update", starred=True)
    (folder / "about.json").write_text("{")
    assert read_about(folder) == About()
    with pytest.raises(ProblemError, match="no session named"):
        write_about(tmp_path / "nothing", About())
