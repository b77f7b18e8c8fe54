"""Whole runs against the built-in endpoint: what is told, recorded and counted."""

from __future__ import annotations

import asyncio
import os
import signal

import msgspec
import pytest

from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Received,
    RunEnded,
    RunStarted,
    Sent,
    Snapshot,
    TranscriptProvenance,
)
from flux_desktop.engine.records.facts import ConnectionState, Verdict
from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.engine.records.stages import Stage
from flux_desktop.engine.sending.data_set_check import fresh_connections
from flux_desktop.flux.options import FluxOptions
from tests.engine.supervision.event_conditions import has_text, is_streaming


async def test_two_connections_stream_speech_and_every_stream_is_accounted_for_and_recorded(driver):
    ended = await driver.run(connections=2)
    assert ended.problem is None
    assert (ended.verdict, ended.reasons) == (Verdict.DONE, [])
    assert ended.ledger["completed"] == 2
    assert sum(ended.ledger.values()) == 2
    for conn in (1, 2):
        summary = driver.summaries[conn]
        assert summary.final_texts[0].startswith("And Mr. John Dashwood")
        assert summary.violations == {}
        assert summary.chunks_sent >= 25
        assert 5 < summary.update.n == summary.wire.n <= summary.event_counts["Update"]
        states = [event.state for event in driver.of(ConnectionChanged) if event.conn == conn]
        assert states == ["connecting", "opened", "streaming", "draining", "ended"]
    assert isinstance(driver.events[0], RunStarted)
    assert isinstance(driver.events[-1], RunEnded)
    assert len(driver.of(RunEnded)) == 1
    assert ended.update.n == ended.wire.n > 5
    assert ended.update.p50_ms > 0
    # The user's clock starts when the audio was spoken: it never runs shorter than the wire's by more than a timer.
    assert ended.update.p50_ms >= ended.wire.p50_ms - 1.0
    assert ended.pacing.n == sum(summary.chunks_sent for summary in driver.summaries.values())
    recorded = list(read_session(driver.supervisor.session_folder))
    for kind in (RunStarted, ConnectionChanged, ConnectionEnded, Sent):
        assert [event for event in recorded if isinstance(event, kind)] == sorted(
            driver.of(kind), key=lambda event: event.t
        )
    assert recorded[-1] == ended
    text = b"".join(path.read_bytes() for path in driver.supervisor.session_folder.iterdir())
    assert b"secret" not in text


async def test_secrets_among_the_parameters_are_sent_and_not_recorded(driver):
    pairs = (("token", "hunter2"), ("beam", "5"))
    await driver.run(options=FluxOptions(extra=pairs), variants=(FluxOptions(extra=pairs),))
    assert "token" in driver.summaries[1].problem.todo, "the endpoint has refused it"
    (started,) = [event for event in read_session(driver.supervisor.session_folder) if isinstance(event, RunStarted)]
    assert [started] == driver.of(RunStarted)
    masked = (("token", "[removed]"), ("beam", "5"))
    assert [each.extra for each in (started.plan.options, *started.plan.variants)] == [masked, masked]


async def test_no_good_clip_is_sent_again_in_place_of_one_that_cannot_be_used(driver, sentence_wav, tmp_path):
    (folder := tmp_path / "clips").mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.wav").write_bytes(sentence_wav.read_bytes())
    (folder / "damaged.wav").write_bytes(b"RIFF")
    source = DataSetSource(path=str(folder), fresh_connection=True, trailing_silence_s=0.2)
    plan = msgspec.structs.replace(driver.plan(), source=source)
    ended = await driver.supervisor.run(fresh_connections(plan, 3))
    assert ended.ledger["completed"] == sum(ended.ledger.values()) == len(driver.summaries) == 2
    assert sorted(event.clip for event in driver.of(ClipStarted)) == [str(folder / "a.wav"), str(folder / "b.wav")]


async def test_snapshots_add_up_to_the_plan_and_show_the_last_state(driver):
    await driver.run(connections=3, duration_s=1.0)
    snapshots = driver.of(Snapshot)
    assert snapshots
    assert all(sum(snapshot.ledger.values()) == 3 for snapshot in snapshots)
    last = {row.conn: row for snapshot in snapshots for row in snapshot.rows}
    assert {row.state for row in last.values()} == {ConnectionState.ENDED}
    assert all(row.ledger is not None for row in last.values())


async def test_a_stop_drains_and_keeps_the_open_turn(driver):
    driver.once(has_text("And Mr. John"), lambda _: driver.supervisor.stop(drain=True))
    ended = await driver.run(loop=True)
    assert ended.interrupted
    assert ended.ledger["completed"] == 1
    end = driver.of(ConnectionEnded)[0]
    assert end.closed_turn.transcript.startswith("And Mr. John")
    assert end.summary.final_texts[-1] == end.closed_turn.transcript


async def test_a_stop_at_once_ends_every_stream_unfinished(driver):
    driver.once(is_streaming, lambda _: driver.supervisor.stop(drain=False))
    ended = await driver.run(connections=3, loop=True)
    assert sum(ended.ledger.values()) == 3
    assert ended.ledger["completed"] == 0


@pytest.mark.parametrize("drain", [True, False])
async def test_a_stop_before_anything_is_open_starts_nothing(driver, drain):
    driver.once(lambda event: isinstance(event, RunStarted), lambda _: driver.supervisor.stop(drain=drain))
    ended = await driver.run(connections=3, loop=True)
    assert ended.ledger["not started"] == 3
    assert ended.interrupted


async def test_a_stop_does_not_wait_for_a_stream_that_was_never_connected(driver):
    def is_opened(event):
        return isinstance(event, ConnectionChanged) and event.state is ConnectionState.OPENED

    driver.once(is_opened, lambda _: driver.supervisor.stop(drain=True))
    ended = await driver.run(fault="never-connected=100")
    assert ended.ledger["never Connected"] == 1
    assert driver.summaries[1].problem.code == "stopped", "its own limit was not waited for"


async def test_a_stop_before_the_run_has_begun_counts_once(driver):
    driver.supervisor.stop()
    first = await driver.run(duration_s=0.3)
    assert first.interrupted
    assert first.ledger["not started"] == 1
    second = await driver.run(duration_s=0.3)
    assert not second.interrupted
    assert second.ledger["not started"] == 0


async def test_cancelling_a_run_leaves_nothing_behind(driver):
    """Neither a worker nor the endpoint, which is one of its own because it has an argument."""
    streaming = asyncio.Event()
    driver.once(is_streaming, lambda _: streaming.set())
    run = asyncio.create_task(driver.run(loop=True, fault="none"))
    await streaming.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not driver.supervisor._workers


@pytest.mark.parametrize(
    ("recogniser", "source"), [("auto", "script conversation.wav"), ("whisper", "Whisper tiny.en")]
)
async def test_where_words_come_from_is_told_stream_by_stream(driver, pausing_wav, recogniser, source):
    plan = driver.plan(connections=2, wav=pausing_wav)
    plan = msgspec.structs.replace(plan, local_arguments=("--recogniser", recogniser))
    await driver.supervisor.run(plan)
    sources_by_request = {
        request: sources for event in driver.of(TranscriptProvenance) for request, sources in event.sources.items()
    }
    streams = {event.request_id: event.conn for event in driver.of(ConnectionChanged) if event.request_id}
    assert {streams[request] for request in sources_by_request} == {1, 2}
    assert all(sources == [source] for sources in sources_by_request.values())


async def test_idle_time_and_keep_alives_move_the_audio_clock_but_not_the_plan(driver):
    ended = await driver.run(idle_before_audio_s=0.5, keepalive_interval_s=0.1)
    assert ended.ledger["completed"] == 1
    assert driver.summaries[1].violations == {}
    assert ended.update.p50_ms < 500, "the idle time must not count as latency"


async def test_stages_open_and_end_streams_as_the_ramp_says(driver):
    ended = await driver.run(stages=(Stage(1, 1.0), Stage(2, 1.0)), connections=2, loop=True)
    assert ended.ledger["completed"] + ended.ledger["no transcript"] == 2
    opened = {
        event.conn: event.t for event in driver.of(ConnectionChanged) if event.state is ConnectionState.CONNECTING
    }
    assert opened[2] - opened[1] > 0.1, "not at once"


@pytest.mark.parametrize("latest_s", [1.0, 60.0])
async def test_a_long_connection_changes_over_to_new_streams_and_counts_on(driver, pausing_wav, latest_s):
    """At 60 s it waits for a silence; at 1 s it changes over in the middle of a turn."""

    def heard_beyond_the_change(event):
        rotated = any(each.rotations for each in driver.of(ConnectionChanged))
        return rotated and isinstance(event, Received) and event.turn is not None and event.turn.end_s > 3.2

    driver.once(heard_beyond_the_change, lambda _: driver.supervisor.stop())
    ended = await driver.run(wav=pausing_wav, loop=True, rotate_after_s=1.0, rotate_latest_s=latest_s)
    assert ended.ledger["completed"] == 1, driver.summaries
    summary = driver.summaries[1]
    assert summary.rotations >= 1
    assert summary.violations == {}
    request_ids = {event.request_id for event in driver.of(ConnectionChanged) if event.request_id}
    assert len(request_ids) == summary.rotations + 1
    windows, turns = [], []
    for event in driver.of(Received):
        if event.turn is not None:
            windows.append(event.turn.end_s)
            turns.append(event.turn.index)
    assert windows == sorted(windows)
    assert turns == sorted(turns)
    assert windows[-1] > 3.2
    assert ended.update.p50_ms < 1000, "audio time is carried over"


async def test_limits_are_judged(driver):
    limits = (parse_limit("completed>=1"), parse_limit("update_p95_ms<0"))
    ended = await driver.run(limits=limits, duration_s=1.0)
    assert ended.verdict is Verdict.FAIL
    assert [result.met for result in ended.limits] == [True, False]
    assert len(ended.reasons) == 1
    assert "update_p95_ms" in ended.reasons[0]


async def test_large_runs_are_shared_out_and_their_figures_merged(driver, monkeypatch):
    from flux_desktop.engine.supervision import sharding

    monkeypatch.setattr(sharding, "STREAMS_PER_WORKER", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    ended = await driver.run(connections=4, duration_s=1.0)
    assert ended.ledger["completed"] + ended.ledger["no transcript"] == 4
    assert len(list(driver.supervisor.session_folder.glob("worker-*.jsonl.gz"))) == 2
    assert ended.pacing.n == sum(summary.chunks_sent for summary in driver.summaries.values())
    assert ended.update.n == sum(summary.update.n for summary in driver.summaries.values())
    assert sum(driver.of(Snapshot)[-1].ledger.values()) == 4


async def test_the_open_turn_is_ended_after_the_last_audio(driver):
    ended = await driver.run(force_end_turn_at_end=True, options=FluxOptions(eot_timeout_ms=60_000))
    assert driver.of(Sent)[0].text == '{"type":"ForceEndTurn"}'
    assert ended.problem is None


async def test_a_ramp_over_several_workers_counts_from_one_moment(driver, monkeypatch):
    """The second worker reads its audio later than the first, which opens nothing until then."""
    monkeypatch.setattr("flux_desktop.engine.supervision.sharding.STREAMS_PER_WORKER", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    start, opened_early = type(driver.supervisor)._start_command, []

    def read_late(supervisor, ready, worker):
        pid = worker._child.process.pid

        def wake_up():
            opened_early.extend(driver.of(ConnectionChanged))
            os.kill(pid, signal.SIGCONT)

        if worker.number == 2:  # it has its command on its pipe, and reads it when it wakes up
            os.kill(pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(1.5, wake_up)
        return start(supervisor, ready, worker)

    monkeypatch.setattr(type(driver.supervisor), "_start_command", read_late)
    stages = (Stage(2, 0.6), Stage(4, 1.0))
    await driver.run(connections=4, loop=True, stages=stages)
    opened_s = {
        event.conn: event.t for event in driver.of(ConnectionChanged) if event.state is ConnectionState.CONNECTING
    }
    assert opened_early == []
    assert opened_s[1] < opened_s[3], "the stages in order, in the first worker"
    assert opened_s[2] < opened_s[4], "and in the second"
