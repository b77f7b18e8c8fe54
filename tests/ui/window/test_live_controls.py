"""Changing a run in progress: who gets a change, when it is sent, and what is shown without a run."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.commands import SendControl, SetParameters
from flux_desktop.flux.bundles import LATEST
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.window.live_controls import REFUSED_BEFORE, LiveControls
from tests.reports.test_probe_text import report
from tests.ui.window.page_bench import PageBench, SilentEngine

TO_ALL, TO_SELECTED = 0, 1


@pytest.fixture
def controls(bench: PageBench) -> LiveControls:
    return LiveControls(bench.state, bench.page, bench.controller)


def sent[T](engine: SilentEngine, kind: type[T]) -> list[T]:
    return [command for command in engine.commands if isinstance(command, kind)]


async def test_a_change_is_sent_to_all_once(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start(3)
    bench.page.flux_panel.eot.field.setValue(0.8)
    controls.refresh()
    controls.refresh()
    (command,) = sent(engine, SetParameters)
    assert (command.options.eot_threshold, command.connections, command.new_stream) == (0.8, [1, 2, 3], False)


async def test_a_change_for_the_selected_waits_for_a_selection(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start(3)
    bench.page.transcripts.refresh()
    bench.page.transcripts.tabs.setCurrentIndex(0)
    bench.page.flux_panel.controls.target.setCurrentIndex(TO_SELECTED)
    bench.page.flux_panel.eot.field.setValue(0.8)
    controls.refresh()
    assert controls.targets() == []
    assert sent(engine, SetParameters) == []
    bench.page.transcripts.overview.selectRow(1)
    controls.refresh()
    assert [command.connections for command in sent(engine, SetParameters)] == [[2]]


async def test_nothing_is_sent_before_the_run_streams(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start()
    bench.state.run.phase = RunPhase.STARTING
    bench.page.flux_panel.eot.field.setValue(0.8)
    controls.refresh()
    controls.reconnect()
    assert sent(engine, SetParameters) == []
    bench.state.run.phase = RunPhase.RUNNING
    controls.refresh()
    assert len(sent(engine, SetParameters)) == 1


async def test_thresholds_that_the_build_refused_are_only_warned_of(bench: PageBench, controls: LiveControls) -> None:
    bench.state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    bench.state.choices.endpoint = "flux-en-prod"
    bench.state.probes["flux-en-prod", "us-east-1"] = report()
    panel = bench.page.flux_panel
    controls.refresh()
    assert panel.explanation.isHidden()
    panel.eot.field.setValue(0.95)
    controls.refresh()
    assert panel.explanation.text() == "This endpoint refused thresholds above 0.9 on 2026-11-27."
    assert bench.state.options.eot_threshold == 0.95, "it is sent all the same"


async def test_reconnecting_opens_new_streams(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start()
    bench.page.flux_panel.reconnect_wanted.emit()
    (command,) = sent(engine, SetParameters)
    assert (command.new_stream, command.connections) == (True, [1, 2])


async def test_a_control_message_goes_to_the_targets(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start()
    bench.page.flux_panel.controls.pressed.emit("ForceEndTurn")
    assert sent(engine, SendControl) == [SendControl(control="ForceEndTurn", connections=[1, 2])]
    bench.page.transcripts.refresh()
    bench.page.flux_panel.controls.target.setCurrentIndex(TO_SELECTED)
    bench.page.transcripts.show_connection(2)
    bench.page.flux_panel.controls.pressed.emit("ForceEndTurn")
    assert sent(engine, SendControl)[1].connections == [2]
    bench.page.transcripts.tabs.setCurrentIndex(0)
    bench.page.flux_panel.controls.pressed.emit("ForceEndTurn")
    assert len(sent(engine, SendControl)) == 2, "no connection is selected"


async def test_controls_are_enabled_by_the_build_of_a_run_that_streams(
    bench: PageBench, controls: LiveControls
) -> None:
    force = bench.page.flux_panel.controls.buttons["ForceEndTurn"]
    controls.refresh()
    assert not force.isEnabled()
    bench.start()
    bench.state.live.bundle_known(LATEST.name)
    controls.refresh()
    assert force.isEnabled()
    bench.state.run.phase = RunPhase.STOPPING
    controls.refresh()
    assert not force.isEnabled()


async def test_the_run_of_an_experiment_takes_no_controls(bench: PageBench, controls: LiveControls) -> None:
    engine = bench.start()
    bench.state.live.end()  # of the Live page
    bench.state.live.bundle_known(LATEST.name)
    bench.page.flux_panel.eot.field.setValue(0.8)
    controls.refresh()
    controls.reconnect()
    assert not bench.page.flux_panel.controls.buttons["ForceEndTurn"].isEnabled()
    assert sent(engine, SetParameters) == []


async def test_what_is_in_force_stands_beside_its_control(bench: PageBench, controls: LiveControls) -> None:
    controls.refresh()
    assert bench.page.flux_panel.eot.state.full_text() == ""
    bench.start()
    controls.refresh()
    assert bench.page.flux_panel.eot.state.property("role") == "ok"
    bench.page.flux_panel.eot.field.setValue(0.8)
    controls.refresh()
    assert bench.page.flux_panel.eot.state.property("role") == "warn"


async def test_an_endpoint_that_rejected_changes_before_can_be_tried_again(
    bench: PageBench, controls: LiveControls
) -> None:
    panel = bench.page.flux_panel
    bench.state.refuses_configure = [bench.state.endpoint, "other"]
    bench.state.changed()
    assert panel.explanation.text() == REFUSED_BEFORE
    assert not panel.retry_button.isHidden()
    panel.retry_button.click()
    assert bench.state.refuses_configure == ["other"]
    assert panel.explanation.isHidden()
    assert panel.retry_button.isHidden()


async def test_a_retry_during_a_run_is_for_the_runs_endpoint(bench: PageBench, controls: LiveControls) -> None:
    bench.start(endpoint="mine")
    bench.state.refuses_configure = ["mine", bench.state.endpoint]
    controls.forget_refusal()
    assert bench.state.refuses_configure == [bench.state.endpoint]
