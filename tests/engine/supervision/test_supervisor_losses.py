"""Whole runs that lose something, or cannot start: faults, workers, disks, and plans that cannot be carried out."""

from __future__ import annotations

import os
import signal

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Notice,
    Received,
    RunStarted,
    Snapshot,
)
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.engine.supervision.worker_process import WorkerProcess
from flux_desktop.flux.options import FluxOptions
from tests.engine.supervision.event_conditions import is_streaming


@pytest.mark.parametrize(
    ("fault", "ledger", "code"),
    [
        ("die-before-headers", LedgerClass.CONNECT_FAILED, None),
        ("cut-mid-stream=0.5", LedgerClass.FAILED, None),
        ("model-stream-error=0.5", LedgerClass.FAILED, None),
        ("silent-after=1", LedgerClass.FAILED, "gone_silent"),
        ("expired-token", LedgerClass.CONNECT_FAILED, "expired"),
    ],
)
async def test_a_fault_becomes_its_class_and_a_sentence(driver, fault, ledger, code):
    ended = await driver.run(fault=fault, loop=True, reconnect=False)
    assert ended.ledger[ledger] == 1
    problem = driver.summaries[1].problem
    assert problem.what.endswith(".")
    assert problem.todo
    assert code is None or code in problem.code


async def test_an_endpoint_that_dies_in_mid_run_fails_the_streams_with_what_was_heard(driver, monkeypatch):
    from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint

    local = LocalEndpoint()
    driver.supervisor._local = local
    transcribed_conns = set()

    def both_have_heard(event):
        if isinstance(event, Received) and '"transcript":"And' in event.text:
            transcribed_conns.add(event.conn)
        return len(transcribed_conns) == 2

    driver.once(both_have_heard, lambda _: os.kill(local._child.process.pid, signal.SIGKILL))
    try:
        ended = await driver.run(connections=2, loop=True)
    finally:
        await local.stop()
    assert ended.ledger["failed in mid-stream"] == 2
    assert all(summary.final_texts[0].startswith("And") for summary in driver.summaries.values())


async def test_a_worker_that_dies_takes_its_own_streams_along_and_no_other(driver, monkeypatch):
    monkeypatch.setattr("flux_desktop.engine.supervision.sharding.STREAMS_PER_WORKER", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    first = {1, 3}

    def kill(_):
        os.kill(driver.supervisor._workers[0]._child.process.pid, signal.SIGKILL)

    def some_was_sent(event):
        return isinstance(event, Snapshot) and any(row.conn == 1 and row.chunks_sent > 5 for row in event.rows)

    driver.once(some_was_sent, kill)
    ended = await driver.run(connections=4)
    assert ended.ledger["failed in mid-stream"] == 2
    assert ended.ledger["completed"] == 2
    assert ended.reasons[0] == "an engine process ended unexpectedly, and 2 connections with it"
    assert {conn for conn, summary in driver.summaries.items() if summary.problem} == first
    assert driver.summaries[1].problem.code == "worker_died"
    assert driver.summaries[1].chunks_sent > 5, "the last figures that it reported"
    assert driver.summaries[1].request_id
    recorded = [event for event in read_session(driver.supervisor.session_folder) if isinstance(event, ConnectionEnded)]
    assert {event.summary.conn for event in recorded} == {1, 2, 3, 4}, "how each stream ended is recorded too"


async def test_a_worker_that_hangs_is_ended_and_its_streams_are_told(driver, monkeypatch):
    def hang(_):
        monkeypatch.setattr("flux_desktop.engine.supervision.worker_process.SILENCE_MAX_S", 0.6)
        os.kill(driver.supervisor._workers[0]._child.process.pid, signal.SIGSTOP)

    driver.once(is_streaming, hang)
    ended = await driver.run(loop=True)
    assert ended.ledger[LedgerClass.FAILED] == 1
    assert driver.summaries[1].problem.code == "worker_died"
    assert "sent nothing" in driver.summaries[1].problem.why


async def test_a_worker_that_cannot_carry_its_part_ends_the_run_before_the_others_stream(driver, monkeypatch):
    monkeypatch.setattr("flux_desktop.engine.supervision.sharding.STREAMS_PER_WORKER", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    whole = WorkerProcess.serve

    async def serve(worker, start, first_commands):
        if worker.number == 2:
            worker.refused = Problem(code="no_credentials", what="There are no keys.")
            return
        await whole(worker, start, first_commands)

    monkeypatch.setattr(WorkerProcess, "serve", serve)
    ended = await driver.run(connections=2, loop=True, duration_s=0.5)
    assert ended.problem == Problem(code="no_credentials", what="There are no keys.")
    assert driver.summaries[1].ledger is LedgerClass.NOT_STARTED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"wav": "/nowhere/missing.wav"}, "audio_not_found"),
        ({"connections": 0}, "plan_invalid"),
        ({"options": FluxOptions(eot_threshold=1.2)}, "option_out_of_range"),
        ({"options": FluxOptions(encoding="opus")}, "encoding_not_sent"),
    ],
)
async def test_what_cannot_be_run_is_told_before_anything_starts(driver, change, code):
    ended = await driver.run(**change)
    assert ended.problem.code == code
    assert ended.ledger["not started"] == change.get("connections", 1)
    assert driver.supervisor.session_folder is None


async def test_a_folder_whose_name_is_no_text_is_recorded_into(driver, tmp_path):
    driver.supervisor._sessions_dir = tmp_path / os.fsdecode(b"sessions-\xff")
    ended = await driver.run(duration_s=0.5)
    assert ended.problem is None
    assert any(isinstance(event, ConnectionEnded) for event in read_session(driver.supervisor.session_folder))


async def test_disk_trouble_is_told_and_the_run_goes_on(driver, tmp_path):
    (tmp_path / "sessions").write_text("a file where the folder should be")
    ended = await driver.run(duration_s=0.5)
    assert ended.problem is None
    assert [notice.problem.code for notice in driver.of(Notice)] == ["recording_failed"]
    assert driver.summaries[1].chunks_sent


async def test_a_run_that_opens_nothing_leaves_no_session(driver, tmp_path, sentence_wav):
    audio = tmp_path / "gone.wav"
    audio.write_bytes(sentence_wav.read_bytes())
    driver.once(lambda event: isinstance(event, RunStarted), lambda _: audio.unlink())
    ended = await driver.run(wav=audio)
    assert ended.problem is not None
    assert not driver.of(ConnectionChanged)
    assert driver.supervisor.session_folder is None
    assert list((tmp_path / "sessions").iterdir()) == []
