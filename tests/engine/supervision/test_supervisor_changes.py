"""Changes of parameters during whole runs: what is sent, refused, in force, and kept across rotation."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.engine.records.commands import SendControl, SetParameters
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    Notice,
    Received,
    Sent,
    Snapshot,
)
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions
from tests.engine.supervision.event_conditions import in_force, is_streaming


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


async def test_a_refused_parameter_is_a_failed_connection_that_names_it(driver):
    options = FluxOptions(model="flux-general-multi")
    plan = driver.plan(options=options)
    plan = msgspec.structs.replace(plan, local_arguments=("--bundle", "flux-english-20260311"))
    ended = await driver.supervisor.run(plan)
    assert ended.ledger["connect failed"] == 1
    assert driver.summaries[1].problem.code
