"""The summary of a recording that has no end: everything died at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    RunEnded,
    RunStarted,
    Snapshot,
    encode_event,
)
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    GeneratorRow,
    LedgerClass,
    Percentiles,
    Verdict,
)
from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.reports.run_result import final_summary
from flux_desktop.reports.session_summary import read_recorded_run

COMPLETED = LedgerClass.COMPLETED
PLAN = RunPlan(endpoint="x", source=WavSource(path="a.wav"), connections=3, limits=(parse_limit("retries<9"),))


def session_of(folder: Path, *events: Event, plan: RunPlan = PLAN) -> Path:
    started = RunStarted(t=0.0, wall_time="2026-01-31T12:00:00+00:00", plan=plan, version="1")
    session = create_session(folder, started, datetime(2026, 1, 31, 12, tzinfo=UTC))
    (session / "worker-1.jsonl").write_bytes(b"".join(map(encode_event, events)))
    return session


def test_connections_that_were_open_at_the_cut_have_failed(tmp_path: Path) -> None:
    update = Percentiles(n=3, p50_ms=100.0, p95_ms=200.0, p99_ms=200.0, max_ms=200.0)
    rows = [
        ConnectionRow(conn=1, state=ConnectionState.STREAMING, chunks_sent=7, turns=2, request_id="r"),
        ConnectionRow(conn=3, state=ConnectionState.WAITING),
    ]
    session = session_of(
        tmp_path,
        Snapshot(t=1.0, ledger={}, rows=rows, update=update),
        ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=2, ledger=LedgerClass.COMPLETED)),
    )
    recorded = read_recorded_run(session)
    assert not recorded.is_complete
    assert recorded.ended.interrupted
    assert recorded.ended.t == 2.0
    assert recorded.ended.verdict is Verdict.FAIL
    assert recorded.ended.update == update
    first, second, third = recorded.connections
    assert first.problem is not None
    assert (first.ledger, first.problem.code, first.chunks_sent) == (LedgerClass.FAILED, "recording_cut_off", 7)
    assert (second.ledger, third.ledger) == (LedgerClass.COMPLETED, LedgerClass.NOT_STARTED)
    assert recorded.ended.ledger["failed in mid-stream"] == 1
    assert recorded.remark.startswith("The recording ends at 2.0 s of the run, ")
    assert [notice.what for notice in recorded.result.notices] == [recorded.remark]


def test_a_killed_run_of_several_machines_names_the_folders_on_them(tmp_path: Path) -> None:
    rows = [GeneratorRow(name="a", folder="/there/1"), GeneratorRow(name="b", folder="/there/2")]
    remark = read_recorded_run(session_of(tmp_path, GeneratorsSeen(t=0.5, rows=rows))).remark
    assert remark.endswith(
        "were left on the generators, to be copied into this session: a, folder /there/1; b, folder /there/2."
    )


@pytest.mark.parametrize("ends", [True, False])
def test_all_connections_of_a_run_on_demand_count(tmp_path: Path, ends: bool) -> None:
    """Its plan says how many are open at once, not how many there are."""
    events: list[Event] = [
        ConnectionEnded(t=n, summary=ConnectionSummary(conn=n, ledger=COMPLETED)) for n in range(1, 6)
    ]
    if ends:
        events.append(RunEnded(t=6.0, verdict=Verdict.DONE, ledger={"completed": 5}))
    recorded = read_recorded_run(
        session_of(tmp_path, *events, plan=msgspec.structs.replace(PLAN, on_demand=True, connections=2))
    )
    assert [each.conn for each in recorded.connections] == [1, 2, 3, 4, 5]
    assert {name: count for name, count in recorded.ended.ledger.items() if count} == {"completed": 5}


def test_a_recording_with_an_end_is_taken_as_it_is(tmp_path: Path) -> None:
    ended = RunEnded(t=3.0, verdict=Verdict.PASS, ledger={"completed": 2, "not started": 1})
    connections = [ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=n, ledger=COMPLETED)) for n in (1, 2)]
    recorded = read_recorded_run(session_of(tmp_path, *connections, ended))
    assert recorded.is_complete
    assert recorded.ended == ended
    assert not recorded.result.notices


def test_a_recording_that_lacks_the_end_of_connections_is_not_complete(tmp_path: Path) -> None:
    ended = RunEnded(t=3.0, verdict=Verdict.PASS, ledger={"completed": 3})
    only = ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=1, ledger=COMPLETED))
    recorded = read_recorded_run(session_of(tmp_path, only, ended))
    assert not recorded.is_complete
    assert recorded.ended == ended
    assert "it lacks the end of 2 of 3 connections" in recorded.remark
    assert [notice.code for notice in recorded.result.notices] == ["recording_incomplete"]


def test_a_recording_that_could_not_be_written_to_its_end_is_not_complete(tmp_path: Path) -> None:
    lacks = "The recording is incomplete from 1.0 s of the run on: No space left on device."
    ended = RunEnded(t=3.0, verdict=Verdict.PASS, ledger={"not started": 1}, unrecorded=lacks)
    recorded = read_recorded_run(session_of(tmp_path, ended))
    assert recorded.remark == lacks
    notices = final_summary(recorded.result, recorded.ended).notices
    assert [(notice.code, notice.what) for notice in notices] == [("recording_incomplete", lacks)]


@pytest.mark.parametrize("ends", [True, False])
def test_a_recording_with_a_torn_line_is_not_complete(tmp_path: Path, ends: bool) -> None:
    ended = RunEnded(t=3.0, verdict=Verdict.PASS, ledger={"not started": 1})
    session = session_of(tmp_path, *([ended] if ends else []))
    with (session / "worker-1.jsonl").open("ab") as file:
        file.write(b'{"event":"rece\n')
    recorded = read_recorded_run(session)
    assert recorded.remark.endswith("1 line of worker-1.jsonl cannot be read and is left out.")
    assert recorded.remark in [each.what for each in final_summary(recorded.result, recorded.ended).notices]


def test_a_folder_without_a_run_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text("{}\n")
    with pytest.raises(ProblemError, match="start of the run is not recorded"):
        read_recorded_run(tmp_path)
