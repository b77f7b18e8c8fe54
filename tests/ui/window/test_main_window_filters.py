"""Profanity filter and numerals, and a refusal of changes that is tried again."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.engine.records.events import ConnectionChanged, RunStarted, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ParameterState
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, choose_options, until
from tests.ui.scripted_engines import Engines, with_sample

ON, OFF = 1, 2


async def streaming(window: MainWindow, engines: Engines, bundle: str = "latest") -> None:
    """A run whose two streams are up."""
    await with_sample(window)
    window.starter.start()
    await until(lambda: bool(engines) and engines[-1].plan is not None, "the run has begun")
    plan = window.state.run.plan
    assert plan is not None
    started_plan = msgspec.structs.replace(plan, bundle=bundle)
    window.mailbox.put(RunStarted(t=0.1, wall_time="", plan=started_plan, version=""))
    for conn in (1, 2):
        window.mailbox.put(ConnectionChanged(t=0.2, conn=conn, state=ConnectionState.STREAMING))
    await until(lambda: window.state.run.phase == "running", "they stream")


def report(window: MainWindow, parameters: ParameterState) -> None:
    """Let the engine report these parameters for both connections."""
    rows = [ConnectionRow(conn=conn, state=ConnectionState.STREAMING, parameters=parameters) for conn in (1, 2)]
    window.mailbox.put(Snapshot(t=0.3, ledger={"streaming": 2}, rows=rows))


def test_the_profanity_filter_requires_reconnecting_and_says_so(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await streaming(window, engines)
        panel = window.live_page.flux_panel
        panel.filters_button.click()
        row = panel.filters["profanity_filter"]
        assert row.value is None
        row.choice.setCurrentIndex(ON)
        await until(lambda: bool(engines.sent(SetParameters)), "the choice is sent")
        (sent,) = engines.sent(SetParameters)
        assert (sent.options.profanity_filter, sent.new_stream) == (True, False)
        started = engines[-1].plan.options  # type: ignore[union-attr]
        waiting = ParameterState(wanted=sent.options, in_force=started, needs_new_stream=("profanity_filter",))
        report(window, waiting)
        await until(lambda: row.state.full_text() == "requires reconnecting", "it says what it needs")
        assert panel.filters_button.text() == "Filters · 1 set"
        assert not panel.filters_box.reconnect_button.isHidden()
        assert panel.reconnect_button.isHidden()
        panel.filters_box.reconnect_button.click()
        sent = engines.sent(SetParameters)[-1]
        assert (sent.options.profanity_filter, sent.new_stream, sent.revision) == (True, True, 2)
        report(window, ParameterState(wanted=sent.options, in_force=sent.options, revision=2))
        await until(lambda: row.state.full_text() == "● sent to 2 of 2", "it says how many have it")
        assert panel.filters_box.reconnect_button.isHidden()
        panel.filters["numerals"].choice.setCurrentIndex(OFF)
        await until(lambda: len(engines.sent(SetParameters)) == 3, "numerals are sent to the open streams")
        sent = engines.sent(SetParameters)[-1]
        assert (sent.options.numerals, sent.new_stream) == (False, False)

    stage(engines, live)


def test_a_build_without_the_filter_is_not_asked_for_it(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        choose_options(window, profanity_filter=False)
        row = window.live_page.flux_panel.filters["profanity_filter"]
        assert (row.value, row.isVisible()) == (False, True)
        await streaming(window, engines, bundle="flux-multi-20260417")
        await until(lambda: not row.choice.isEnabled(), "it cannot be chosen")
        assert row._hint.text() == "not supported by this build"
        assert window.state.options.profanity_filter is None
        assert settings.collect(window.state).choices.options.profanity_filter is False, "the choice is kept"
        window.state.run.phase = type(window.state.run.phase).ENDED
        window.state.changed()
        assert row.choice.isEnabled(), "the newest built-in build knows it"

    stage(engines, live)


def test_a_refusal_that_is_remembered_can_be_forgotten(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        window.state.endpoints.account = [EndpointEntry("flux-old-build", "")]
        window.live_page.endpoint_panel.refresh()
        window.live_page.endpoint_panel.select("flux-old-build")
        panel = window.live_page.flux_panel
        window.state.changed()
        assert panel.retry_button.isHidden()
        window.state.refuses_configure = ["another", "flux-old-build"]
        window.state.changed()
        assert "rejected changes during a stream" in panel.explanation.text()
        await streaming(window, engines, bundle="unknown")
        await until(lambda: "each change reconnects" in panel.explanation.text(), "it is explained")
        panel.retry_button.click()
        assert window.state.refuses_configure == ["another"]
        assert panel.explanation.isHidden()
        panel.eot.field.setValue(0.9)
        await until(lambda: bool(engines.sent(SetParameters)), "the change is sent to the open streams")
        (sent,) = engines.sent(SetParameters)
        assert (sent.options.eot_threshold, sent.new_stream) == (0.9, False)

    stage(engines, live)


def test_what_a_build_itself_refuses_cannot_be_tried_again(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await streaming(window, engines, bundle="flux-english-20260311")
        panel = window.live_page.flux_panel
        await until(lambda: not panel.explanation.isHidden(), "it is explained")
        assert panel.retry_button.isHidden()

    stage(engines, live)
