"""The built-in endpoint as the window keeps it, and what it is told to do wrong."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.local_endpoint.faults.faults import parse_faults
from flux_desktop.local_endpoint.http.arguments import BUNDLES as OFFERED
from flux_desktop.local_faults import FAULT_GROUPS, FAULTS
from flux_desktop.ui.models.developer import NO_FAULT, LocalBehaviour
from flux_desktop.ui.panels.developer_dialog import DeveloperDialog
from flux_desktop.ui.services import local_endpoint_keeper
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from flux_desktop.ui.services.local_endpoint_keeper import LocalEndpointKeeper
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, choose_options, until
from tests.ui.scripted_engines import Engines, Waiting, with_sample


def pid(keeper: LocalEndpointKeeper) -> int:
    assert keeper._child is not None
    assert keeper._child.process is not None
    return keeper._child.process.pid


def command_line(number: int) -> list[bytes]:
    return Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")


async def run_once(window: MainWindow) -> None:
    window.starter.start()
    await until(lambda: window.state.run.ended is not None, "the run has ended")


def test_one_process_serves_all_runs_until_it_dies_or_is_to_behave_otherwise(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_endpoint_keeper, "LOOK_EVERY_S", 0.05)
    keepers: list[LocalEndpointKeeper] = []

    def make(sink: EventSink) -> RunEngine:
        return Supervisor(sink, local=keepers[0], sessions_dir=tmp_path)

    async def live(window: MainWindow) -> None:
        local = LocalEndpointKeeper()
        keepers.append(local)
        window.tasks.start("keeping the endpoint", local.keep(window.state.local_arguments_wanted))
        await with_sample(window)
        await until(lambda: local.is_running, "it is ready before the first run")
        first = pid(local)
        window.live_page.run_bar.duration.setValue(1)
        choose_options(window, eot_timeout_ms=500)
        await run_once(window)
        assert window.state.run.ended is not None
        assert sum(window.state.run.ended.ledger.get(name, 0) for name in ("completed", "no transcript")) == 2
        assert pid(local) == first, "the run has neither started nor stopped one"
        window.state.local = LocalBehaviour("expired-token")
        window.state.changed()
        await until(lambda: local.is_running and pid(local) != first, "one that misbehaves has taken its place")
        second = pid(local)
        assert b"expired-token" in command_line(second)
        os.kill(second, signal.SIGKILL)
        await until(lambda: local.is_running and pid(local) != second, "another one has taken its place")
        third = pid(local)
        local.renew()
        await until(lambda: local.is_running and pid(local) != third, "a renewed one has taken its place")
        window.live_page.endpoint_panel.reset_button.click()
        assert window.state.local == LocalBehaviour()

    stage(make, live)


def test_a_fault_and_a_build_are_chosen_explained_and_shown(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        actions = {action.text(): action for action in window.findChildren(type(window.actions()[0]))}
        actions["Configure Built-in Endpoint…"].trigger()
        dialog = window.findChild(DeveloperDialog)
        assert dialog is not None
        assert not dialog.value.isEnabled()
        dialog.fault.setCurrentIndex(dialog.fault.findData("stall-ms"))
        dialog.value.setValue(1400)
        words = [label.text() for label in dialog.findChildren(QLabel)]
        assert FAULTS["stall-ms"].sentence in words
        dialog.bundle.setCurrentText("flux-english-20260311")
        assert any("without numerals and profanity_filter" in label.text() for label in dialog.findChildren(QLabel))
        dialog.accept()
        panel = window.live_page.endpoint_panel
        assert (panel.fault.isVisible(), panel.fault.text()) == (True, "fault: stall-ms=1400")
        assert panel.fault.toolTip().endswith(FAULTS["stall-ms"].sentence)
        assert panel.build.toolTip() == "build: flux-english-20260311"
        assert not window.live_page.flux_panel.filters["profanity_filter"].choice.isEnabled()
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert plan is not None
        assert plan.local_arguments == ("--fault", "stall-ms=1400", "--bundle", "flux-english-20260311")
        await until(lambda: not actions["Reset Built-in Endpoint"].isEnabled(), "it stays so during the run")

    stage(engines, live)


def test_faults_are_listed_by_kind_with_what_they_do(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        fault = DeveloperDialog(window, LocalBehaviour()).fault
        entries = [(fault.itemText(row), fault.itemData(row)) for row in range(fault.count())]
        assert [text for text, name in entries if name is None] == list(FAULT_GROUPS)
        assert sorted(name for _, name in entries if name in FAULTS) == sorted(FAULTS)
        assert all(FAULTS[name].sentence in text for text, name in entries if name in FAULTS)

    stage(Waiting, live)


def test_the_dialog_has_room_for_the_usual_value_of_every_fault(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        dialog = DeveloperDialog(window, LocalBehaviour())
        for name, kind in FAULTS.items():
            dialog.fault.setCurrentIndex(dialog.fault.findData(name))
            if kind.unit and kind.default is not None:
                assert dialog.behaviour().value == kind.default, name

    stage(Waiting, live)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_as_the_window_words_it_is_one_that_the_endpoint_takes(name: str) -> None:
    kind = FAULTS[name]
    chosen = LocalBehaviour(name, 2.0 if kind.default is None else None)
    option, words = chosen.arguments()
    assert option == "--fault"
    assert parse_faults([words]).value(name) == (kind.default or 2.0)


def test_the_builds_offered_are_those_of_the_endpoint() -> None:
    assert set(OFFERED) == set(BUNDLES)
    assert LocalBehaviour().arguments() == ()
    assert LocalBehaviour(NO_FAULT, None, "permissive").arguments() == ("--bundle", "permissive")


def test_the_windows_stalls_can_be_shown_without_a_run(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.state.changed()
        assert window.live_page.status.figures.text() == ""
        window.state.shows_stalls = True
        window.state.changed()
        await until(lambda: window.heartbeat.stalls().n > 0, "the heart beats")
        window.state.changed()
        assert window.live_page.status.figures.text().startswith("stalls p99 ")
        assert "max" in window.live_page.status.figures.text()

    stage(Waiting, live)
