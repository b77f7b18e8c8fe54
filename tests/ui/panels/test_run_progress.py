"""How far the run is: the time that has passed never passes the time that was planned."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, Verdict
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.run_progress import RunProgress
from tests.ui import scripted


class Bench:
    """A progress bar over a run whose only connection has sent some seconds."""

    def __init__(self, qtbot: QtBot) -> None:
        self.model = RunModel()
        self.model.reset(scripted.plan(1))
        self.progress = RunProgress()
        qtbot.addWidget(self.progress)

    def sent(self, position_s: float, planned_s: float | None) -> None:
        self.model.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
        row = ConnectionRow(conn=1, state=ConnectionState.STREAMING, position_s=position_s)
        self.model.feed(Snapshot(t=1.0, ledger={"streaming": 1}, rows=[row]))
        self.progress.show_run(self.model, planned_s)

    @property
    def shown(self) -> tuple[str, str, int]:
        return self.progress.elapsed.text(), self.progress.left.text(), self.progress.bar.value()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_elapsed_never_passes_the_planned_length(bench: Bench) -> None:
    bench.sent(27.4, 25.0)  # audio that was sent again after a rotation counts twice
    assert bench.shown == ("00:25 of 00:25", "finishing", 1000)
    bench.model.feed(RunEnded(t=28.0, verdict=Verdict.DONE, ledger={"completed": 1}))
    bench.progress.show_run(bench.model, 25.0)
    assert bench.shown == ("00:25 of 00:25", "done", 1000)


def test_an_open_ended_run_shows_the_time_that_has_passed_and_no_share(bench: Bench) -> None:
    bench.sent(65.0, None)
    assert bench.shown == ("01:05 elapsed", "until stopped", 0)


def test_the_time_that_is_left_is_said(bench: Bench) -> None:
    bench.sent(10.0, 40.0)
    assert bench.shown == ("00:10 of 00:40", "30 s left", 250)
    bench.sent(20.0, 1_924.0)
    assert bench.shown == ("00:20 of 32:04", "31:44 left", 10)


@pytest.mark.parametrize("planned_s", [40.0, None])
def test_a_run_that_was_stopped_is_not_done(bench: Bench, planned_s: float | None) -> None:
    bench.sent(10.0, planned_s)
    bench.model.feed(RunEnded(t=11.0, verdict=Verdict.DONE, ledger={"completed": 1}, interrupted=True))
    bench.progress.show_run(bench.model, planned_s)
    assert bench.progress.left.text() == "stopped"
