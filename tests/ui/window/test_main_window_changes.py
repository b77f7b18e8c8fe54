"""Changes of parameters in the window that a running stream cannot take over."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.commands import SendControl, SetParameters
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    Notice,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ParameterState
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.settings_migration import VERSION, Settings
from tests.ui.conftest import Stage, choose_options, until
from tests.ui.scripted_engines import Engines, Waiting, with_sample


def test_what_only_new_streams_can_take_over_is_offered_and_done_for_the_rows_selected(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.run_bar.connections.setValue(3)
        choose_options(window, eager_eot_threshold=0.5)
        window.starter.start()
        await until(lambda: engines[0].plan is not None, "the run has begun")
        window.mailbox.put(ConnectionChanged(t=0.1, conn=1, state=ConnectionState.STREAMING))
        await until(lambda: window.state.run.phase == "running", "it streams")
        panel = window.live_page.flux_panel
        assert panel.reconnect_button.isHidden()
        panel.controls.target.setCurrentIndex(1)
        await until(lambda: window.live_page.transcripts.tabs.count() == 4, "the tabs are there")
        window.live_page.transcripts.tabs.setCurrentIndex(0)
        await until(lambda: window.live_page.transcripts.overview.rows.rowCount() == 3, "the table is there")
        assert window.live_controls.targets() == []
        window.live_page.flux_panel.controls.pressed.emit("CloseStream")
        assert not [c for c in engines[0].commands if isinstance(c, SendControl)], "nobody selected is nobody"
        window.live_page.transcripts.overview.selectRow(1)
        assert window.live_controls.targets() == [2]
        assert panel.eager.switch is not None
        panel.eager.switch.setChecked(False)
        await until(lambda: bool(engines.sent(SetParameters)), "the choice is sent")
        (sent,) = engines.sent(SetParameters)
        assert (sent.connections, sent.options.eager_eot_threshold, sent.new_stream) == ([2], None, False)
        parameters = ParameterState(
            wanted=sent.options, in_force=engines[0].plan.options, needs_new_stream=("eager_eot_threshold",)
        )
        rows = [ConnectionRow(conn=2, state=ConnectionState.STREAMING, parameters=parameters)]
        window.mailbox.put(ConnectionChanged(t=0.2, conn=2, state=ConnectionState.STREAMING))
        window.mailbox.put(Snapshot(t=0.3, ledger={}, rows=rows))
        await until(lambda: not panel.reconnect_button.isHidden(), "reconnecting is offered")
        panel.reconnect_button.click()
        sent = engines.sent(SetParameters)[-1]
        assert (sent.connections, sent.new_stream) == ([2], True)
        assert engines[0].stops == []

    stage(engines, live)


def test_an_endpoint_that_takes_no_changes_is_explained_once_and_remembered(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        plan = window.state.run.plan
        assert plan is not None
        window.state.run.plan = msgspec.structs.replace(plan, endpoint="of-the-account")
        for conn in (1, 2):
            problem = Problem(
                code="configure_not_supported", what=f"It takes no changes; connection {conn} comes back."
            )
            window.mailbox.put(Notice(t=1.0, problem=problem))
        await until(lambda: not window.live_page.flux_panel.explanation.isHidden(), "it is explained")
        assert len(window.live_page.banners.banners()) == 1
        assert settings.collect(window.state).refuses_configure == ["of-the-account"]
        window.state.refuses_configure = []
        settings.restore(window.state, Settings(version=VERSION, refuses_configure=["of-the-account"]))
        assert window.state.refuses_configure == ["of-the-account"]

    stage(Waiting, live)
