"""Whole runs against the built-in endpoint: what is told, recorded and counted."""

from __future__ import annotations

import asyncio
import os
import signal

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.commands import SendControl, SetParameters
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Notice,
    Received,
    RunEnded,
    RunStarted,
    Sent,
    Snapshot,
    TranscriptProvenance,
)
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Verdict
from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.stages import Stage
from flux_desktop.engine.supervision.worker_process import WorkerProcess
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions


def is_streaming(event):
    return isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING


def in_force(options, conn=1):
    """Whether an event is a snapshot by which a connection's stream has these parameters."""
    return lambda event: (
        isinstance(event, Snapshot)
        and any(
            row.conn == conn and row.parameters is not None and row.parameters.in_force == options for row in event.rows
        )
    )


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


async def test_snapshots_add_up_to_the_plan_and_show_the_last_state(driver):
    await driver.run(connections=3, duration_s=1.0)
    snapshots = driver.of(Snapshot)
    assert snapshots
    assert all(sum(snapshot.ledger.values()) == 3 for snapshot in snapshots)
    last = {row.conn: row for snapshot in snapshots for row in snapshot.rows}
    assert {row.state for row in last.values()} == {ConnectionState.ENDED}
    assert all(row.ledger is not None for row in last.values())


def has_text(start):
    return lambda event: (
        isinstance(event, Received) and event.turn is not None and event.turn.transcript.startswith(start)
    )


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


async def test_a_change_goes_out_live_and_what_is_in_force_follows_the_echo(driver):
    options = FluxOptions(eot_threshold=0.8, eot_timeout_ms=500, keyterms=("Dashwood",))
    change = SetParameters(revision=1, options=options)
    driver.once(is_streaming, lambda _: driver.supervisor.send(change))
    await driver.run()
    ack = driver.summaries[1].configure_acks[0]
    assert ack.thresholds.eot_threshold == 0.8
    assert ack.keyterms == ["Dashwood"]
    rows = [row for snapshot in driver.of(Snapshot) for row in snapshot.rows]
    assert rows[-1].parameters.in_force == rows[-1].parameters.wanted == options


async def test_a_change_made_while_connections_are_still_opening_reaches_all_of_them(driver):
    """The second connection opens after the first one; the change comes in between."""
    options = FluxOptions(eot_threshold=0.8, eot_timeout_ms=500)
    change = SetParameters(revision=1, options=options)
    driver.once(is_streaming, lambda _: driver.supervisor.send(change))
    driver.once(in_force(options, conn=2), lambda _: driver.supervisor.stop())
    ended = await driver.run(connections=2, batch_size=1, batch_delay_s=1.5, loop=True)
    assert ended.ledger["completed"] + ended.ledger["no transcript"] == 2
    rows = {row.conn: row for snapshot in driver.of(Snapshot) for row in snapshot.rows}
    assert [rows[conn].parameters.in_force.eot_threshold for conn in (1, 2)] == [0.8, 0.8]
    assert [len(driver.summaries[conn].configure_acks) for conn in (1, 2)] == [1, 0], "the second opens with it"


async def test_a_change_made_before_the_run_has_begun_is_not_lost(driver):
    driver.supervisor.send(SetParameters(revision=1, options=FluxOptions(eot_threshold=0.8, eot_timeout_ms=500)))
    await driver.run(duration_s=0.5)
    rows = [row for snapshot in driver.of(Snapshot) for row in snapshot.rows]
    assert rows[-1].parameters.in_force.eot_threshold == 0.8


@pytest.mark.parametrize("moment", ["acknowledged", "in flight"])
async def test_a_change_during_a_rotation_stays_in_force(driver, pausing_wav, moment):
    """The new stream is being opened while the old one acknowledges the change, or has just been sent it."""
    options = FluxOptions(eot_threshold=0.9, eot_timeout_ms=500)
    change = SetParameters(revision=1, options=options)
    connected = 0

    def second_connected(event):
        nonlocal connected
        connected += isinstance(event, Received) and event.type == "Connected"
        return connected == 2

    trigger = second_connected if moment == "in flight" else is_streaming
    driver.once(trigger, lambda _: driver.supervisor.send(change))
    driver.once(
        lambda event: in_force(options)(event) and any(each.rotations for each in driver.of(ConnectionChanged)),
        lambda _: driver.supervisor.stop(),
    )
    await driver.run(wav=pausing_wav, loop=True, rotate_after_s=1.0, rotate_latest_s=1.2)
    summary = driver.summaries[1]
    assert summary.rotations >= 1
    rows = [row for snapshot in driver.of(Snapshot) for row in snapshot.rows]
    assert rows[-1].parameters.in_force == rows[-1].parameters.wanted == options


async def test_a_change_that_the_server_would_refuse_is_told_and_not_sent(driver):
    options = FluxOptions(eager_eot_threshold=0.6, eot_timeout_ms=500)
    change = SetParameters(revision=1, options=msgspec.structs.replace(options, eot_threshold=0.5))
    driver.once(is_streaming, lambda _: driver.supervisor.send(change))
    driver.once(lambda event: isinstance(event, Notice), lambda _: driver.supervisor.stop())
    await driver.run(options=options, loop=True)
    assert [notice.problem.code for notice in driver.of(Notice)] == ["eager_above_eot"]
    assert not any("Configure" in sent.text for sent in driver.of(Sent))


async def test_a_planned_change_goes_out_as_it_is_and_its_refusal_is_kept(driver):
    change = Configure(thresholds=Thresholds(eager_eot_threshold=0.8))
    ended = await driver.run(reconfigure=change, reconfigure_after_s=0.3)
    assert ended.ledger["completed"] == 1
    assert driver.summaries[1].configure_failures[0].code == "INVALID_THRESHOLD"


async def test_a_build_without_configure_is_brought_back_with_the_new_values(driver):
    change = SetParameters(revision=1, options=FluxOptions(eot_threshold=0.8, eot_timeout_ms=500))

    def both_stream(_):
        return len([event for event in driver.of(ConnectionChanged) if is_streaming(event)]) == 2

    driver.once(both_stream, lambda _: driver.supervisor.send(change))
    changed = set()

    def both_have_changed(event):
        changed.update(conn for conn in (1, 2) if in_force(change.options, conn)(event))
        return len(changed) == 2

    driver.once(both_have_changed, lambda _: driver.supervisor.stop())
    plan = driver.plan(connections=2, loop=True)
    plan = msgspec.structs.replace(plan, local_arguments=("--bundle", "flux-english-20260311"))
    ended = await driver.supervisor.run(plan)
    assert ended.ledger["completed"] + ended.ledger["no transcript"] == 2, driver.summaries
    assert {notice.problem.code for notice in driver.of(Notice)} == {"configure_not_supported"}
    rows = {row.conn: row for snapshot in driver.snapshots for row in snapshot.rows}
    assert [row.parameters.in_force.eot_threshold for row in rows.values()] == [0.8, 0.8]
    assert {summary.rotations for summary in driver.summaries.values()} == {1}


async def test_what_configure_cannot_change_is_changed_by_reconnecting(driver):
    """Switching eager off is such a change."""
    off = SetParameters(revision=1, options=FluxOptions(eot_timeout_ms=500), new_stream=True)
    driver.once(is_streaming, lambda _: driver.supervisor.send(off))
    ended = await driver.run(options=FluxOptions(eager_eot_threshold=0.3, eot_timeout_ms=500))
    assert ended.ledger["completed"] == 1
    summary = driver.summaries[1]
    assert summary.rotations == 1
    assert summary.violations == {}
    rows = [row for snapshot in driver.snapshots for row in snapshot.rows]
    assert rows[-1].parameters.in_force.eager_eot_threshold is None
    assert rows[-1].parameters.needs_new_stream == ()


async def test_a_control_that_the_build_does_not_know_ends_the_stream_with_its_sentence(driver):
    driver.once(is_streaming, lambda _: driver.supervisor.send(SendControl(control="KeepAlive")))
    ended = await driver.run(loop=True)
    assert ended.ledger["failed in mid-stream"] == 1
    assert driver.summaries[1].problem.code == "control_not_supported"
    assert "KeepAlive" in driver.summaries[1].problem.why


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
    assert {conn for conn, summary in driver.summaries.items() if summary.problem} == first
    assert driver.summaries[1].problem.code == "worker_died"
    assert driver.summaries[1].chunks_sent > 5, "what was last told of it"
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


async def test_a_refused_parameter_is_a_failed_connection_that_names_it(driver):
    options = FluxOptions(model="flux-general-multi")
    plan = driver.plan(options=options)
    plan = msgspec.structs.replace(plan, local_arguments=("--bundle", "flux-english-20260311"))
    ended = await driver.supervisor.run(plan)
    assert ended.ledger["connect failed"] == 1
    assert driver.summaries[1].problem.code


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
