"""Streams that are lost and come back: real runs on the built-in endpoint."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Received, Sent, Snapshot
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.run_result import RunResult

CONVERSATION = Path(resource_path("sample_audio/conversation.wav"))


def is_state(state):
    return lambda event: isinstance(event, ConnectionChanged) and event.state is state


async def test_a_stream_that_was_cut_comes_back_and_carries_on(driver):
    change = SetParameters(revision=1, options=FluxOptions(eot_threshold=0.8, eot_timeout_ms=500))
    driver.once(is_state(ConnectionState.STREAMING), lambda _: driver.supervisor.send(change))
    ended = await driver.run(fault="cut-once=2 delay-ms=120", wav=CONVERSATION, duration_s=5.0)
    assert ended.ledger["completed"] == 1, driver.summaries
    summary = driver.summaries[1]
    assert (summary.reconnects, summary.retries, summary.rotations) == (1, 1, 0)
    assert summary.violations == {}
    # What was acknowledged before is in force again, by the new stream's own parameters.
    assert len(summary.configure_acks) == 1
    assert len([sent for sent in driver.of(Sent) if '"Configure"' in sent.text]) == 1
    newest = [row for snapshot in driver.snapshots for row in snapshot.rows][-1]
    assert newest.parameters.in_force.eot_threshold == 0.8
    # Turns and audio time go on; the gap is told, and nothing in it was sent late.
    gap_events = [event for event in driver.of(ConnectionChanged) if event.gap is not None]
    (from_s, to_s), back = gap_events[0].gap, gap_events[0]
    assert 0 < from_s < to_s
    assert summary.unheard_s == pytest.approx(to_s - from_s, abs=0.01)
    lost = next(event for event in driver.of(ConnectionChanged) if event.state is ConnectionState.RECONNECTING)
    assert lost.problem.code == "connection_lost"
    assert lost.t <= back.t
    followed = [event.turn for event in driver.of(Received) if event.turn is not None]
    windows, turns = [turn.end_s for turn in followed], [turn.index for turn in followed]
    assert windows == sorted(windows)
    assert turns == sorted(turns)
    assert len(set(turns)) >= 2
    assert windows[-1] >= 5.0
    # What was sent after the audio that the last message covers is the silence of that time.
    last = [event for event in driver.of(Received) if event.turn is not None][-1]
    after_s = driver.of(ConnectionEnded)[0].t - last.t + (last.user_latency_ms or 0.0) / 1000 + 0.08
    assert summary.chunks_sent * 0.08 < windows[-1] + after_s, "nothing of the gap was sent a second time"
    result = RunResult()
    for event in read_session(driver.supervisor.session_folder):
        result.feed(event)
    assert [turn.transcript for turn in result.turns(1)] == [text for text in summary.final_texts if text]


@pytest.mark.faults
async def test_without_reconnecting_the_first_loss_is_the_end(driver):
    ended = await driver.run(fault="cut-once=0.5", loop=True, reconnect=False)
    assert ended.ledger["failed in mid-stream"] == 1
    assert (driver.summaries[1].retries, driver.summaries[1].reconnects) == (0, 0)
    assert not [event for event in driver.of(ConnectionChanged) if event.state is ConnectionState.RECONNECTING]


async def test_a_stop_while_reconnecting_does_not_wait_for_it_and_keeps_the_reason(driver):
    local = LocalEndpoint()
    driver.supervisor._local = local
    driver.once(
        lambda event: isinstance(event, Received) and event.turn is not None and event.turn.transcript[:3] == "And",
        lambda _: os.kill(local._child.process.pid, signal.SIGKILL),
    )
    driver.once(is_state(ConnectionState.RECONNECTING), lambda _: driver.supervisor.stop(drain=True))
    try:
        ended = await driver.run(loop=True)
    finally:
        await local.stop()
    assert ended.ledger["failed in mid-stream"] == 1
    summary = driver.summaries[1]
    assert summary.problem.code in ("connection_lost", "ended_early", "stream_reset")
    assert summary.final_texts[0].startswith("And")


async def test_a_stop_between_two_attempts_tells_why_the_first_one_failed(driver):
    def is_to_be_tried_again(event):
        return isinstance(event, ConnectionChanged) and event.problem is not None

    driver.once(is_to_be_tried_again, lambda _: driver.supervisor.stop(drain=True))
    ended = await driver.run(fault="throttled")
    assert ended.ledger["connect failed"] == 1
    assert driver.summaries[1].problem.code == "throttled"


@pytest.mark.faults
async def test_a_run_shows_how_many_are_reconnecting(driver):
    await driver.run(fault="cut-mid-stream=0.5", loop=True)
    states = {name for snapshot in driver.of(Snapshot) for name, count in snapshot.ledger.items() if count}
    assert "reconnecting" in states
    rows = [row for snapshot in driver.snapshots for row in snapshot.rows]
    assert max(row.reconnects for row in rows) == driver.summaries[1].reconnects == 2
    assert all(sum(snapshot.ledger.values()) == 1 for snapshot in driver.of(Snapshot))


@pytest.mark.faults
async def test_openings_are_tried_again_and_counted(driver):
    ended = await driver.run(fault="throttled=50", connections=4, duration_s=0.5)
    assert ended.ledger["connect failed"] < 2, driver.summaries
    retry_events = [event for event in driver.of(ConnectionChanged) if event.problem is not None]
    assert retry_events
    assert {(event.state, event.problem.code) for event in retry_events} == {(ConnectionState.CONNECTING, "throttled")}
    assert sum(summary.retries for summary in driver.summaries.values()) == len(retry_events)


@pytest.mark.faults
async def test_a_change_that_falls_into_the_gap_is_in_force_after_it(driver):
    change = SetParameters(revision=1, options=FluxOptions(eot_threshold=0.8, eot_timeout_ms=500))
    plan = driver.plan(fault="cut-once=0.5", loop=True, duration_s=4.0)
    driver.once(
        is_state(ConnectionState.RECONNECTING),
        lambda _: driver.supervisor.send(change),
    )
    ended = await driver.supervisor.run(plan)
    assert ended.ledger["completed"] == 1
    rows = [row for snapshot in driver.snapshots for row in snapshot.rows]
    assert rows[-1].parameters.in_force.eot_threshold == 0.8, "the new stream is opened with it"
