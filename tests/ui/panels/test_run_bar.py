"""The run bar: choices in its fields, the buttons in each phase, progress and the figures on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, Verdict
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.run_bar import LOCKED_TIP, ROOMY_PX, RunBar
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


class Bench:
    """A wide bar over a state of the test's own."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.state = AppState()
        self.bar = RunBar(theme, self.state)
        qtbot.addWidget(self.bar)
        self.bar.resize(ROOMY_PX, 60)

    def run(self, planned_s: float | None = 10.0, connections: int = 2) -> None:
        self.state.run.reset(scripted.plan(connections), planned_s=planned_s)
        self.bar.refresh()

    def stream(self, position_s: float, **figures: Any) -> None:
        self.state.run.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
        row = ConnectionRow(conn=1, state=ConnectionState.STREAMING, position_s=position_s)
        self.state.run.feed(Snapshot(t=1.0, ledger={"streaming": 1}, rows=[row], **figures))
        self.bar.refresh()

    def end(self, completed: int = 2) -> None:
        self.state.run.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": completed}))
        self.bar.refresh()


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_fields_set_their_choices(bench: Bench) -> None:
    changes: list[None] = []
    bench.state.listen(lambda: changes.append(None))
    bench.bar.connections.setValue(7)
    bench.bar.duration.setValue(30)
    bench.bar.loop.setChecked(True)
    choices = bench.state.choices
    assert (choices.connections, choices.duration_s, choices.loop) == (7, 30.0, True)
    assert len(changes) == 3


def test_choices_from_outside_are_shown_and_not_stored_again(bench: Bench) -> None:
    choices = bench.state.choices
    choices.connections, choices.duration_s, choices.loop = 9, 45.0, True
    bench.bar.show_choices()
    bar = bench.bar
    assert (bar.connections.value(), bar.duration.value(), bar.loop.isChecked()) == (9, 45.0, True)
    assert (choices.connections, choices.duration_s, choices.loop) == (9, 45.0, True)


def test_stages_replace_the_number_and_the_duration(bench: Bench) -> None:
    fields = [bench.bar._fields[name] for name in ("Connections", "Duration")]
    assert not any(field.isHidden() for field in fields)
    bench.bar.set_ramp(Ramp(way=STAGES, stages="3x5s", limits="update_p95_ms<400"))
    assert bench.state.choices.ramp.way == STAGES
    assert all(field.isHidden() for field in fields)
    assert "3x5s" in bench.bar.ramp_button.toolTip()
    bench.bar.refresh()
    assert not bench.bar.loop.isEnabled()
    bench.bar.set_ramp(Ramp())
    assert not any(field.isHidden() for field in fields)


def test_the_buttons_follow_the_phase(bench: Bench) -> None:
    bar, seen = bench.bar, []
    bench.run()
    for phase in RunPhase:
        bench.state.run.phase = phase
        bar.refresh()
        active = phase in {RunPhase.STARTING, RunPhase.RUNNING, RunPhase.STOPPING}
        assert bar.start_button.isEnabled() is not active
        assert bar.stop_button.isEnabled() is active
        assert bar.connections.isEnabled() is bar.duration.isEnabled() is bar.ramp_button.isEnabled() is not active
        assert bar.start_button.property("kind") == ("running" if active else "go")
        seen.append((bar.start_button.text(), bar.stop_button.text()))
    assert len(set(seen)) == 4, "idle and ended look the same"
    assert seen[0] == seen[-1]


def test_clicks_are_reported(bench: Bench) -> None:
    reports: list[str] = []
    for name in ("start_clicked", "stop_clicked", "theme_clicked", "present_clicked"):
        getattr(bench.bar, name).connect(lambda name=name: reports.append(name))
    bench.run()
    for button in (bench.bar.start_button, bench.bar.stop_button, bench.bar.theme_button, bench.bar.present_button):
        button.click()
    assert reports == ["stop_clicked", "theme_clicked", "present_clicked"], "a run cannot be started twice"


def test_before_a_run_it_shows_how_long_it_would_be(bench: Bench) -> None:
    bench.bar.refresh()
    assert (bench.bar.progress.elapsed.text(), bench.bar.progress.left.text()) == ("", "")
    bench.state.recording = WavShape(Path("a.wav"), 65.0, 16_000, 1, np.array([0.5]))
    bench.bar.refresh()
    assert "01:05" in bench.bar.progress.elapsed.text()
    assert bench.bar.progress.bar.value() == 0


def test_progress_of_a_run_of_known_length(bench: Bench) -> None:
    bench.run(planned_s=20.0)
    bench.stream(5.0)
    assert bench.bar.progress.bar.value() == 250
    assert "00:05" in bench.bar.progress.elapsed.text()
    assert "00:20" in bench.bar.progress.elapsed.text()
    assert "15 s" in bench.bar.progress.left.text()
    bench.stream(25.0)
    assert bench.bar.progress.bar.value() == 1000
    finishing = bench.bar.progress.left.text()
    assert "s left" not in finishing
    bench.end()
    assert bench.bar.progress.left.text() not in {"", finishing}


def test_progress_of_an_open_ended_run(bench: Bench) -> None:
    bench.run(planned_s=None)
    bench.stream(65.0)
    assert bench.bar.progress.elapsed.text() == "01:05 elapsed"
    assert bench.bar.progress.bar.value() == 0, "no share of an unknown whole"
    bench.end()
    assert bench.bar.progress.left.text() == "done"


def test_a_microphone_cannot_be_repeated(bench: Bench) -> None:
    bench.bar.refresh()
    assert bench.bar.loop.isEnabled()
    whole_file = bench.bar.duration.specialValueText()
    bench.state.uses_microphone = True
    bench.bar.refresh()
    assert not bench.bar.loop.isEnabled()
    assert bench.bar.duration.specialValueText() != whole_file


def test_buttons_keep_their_width_whatever_they_say(bench: Bench) -> None:
    bar, widths = bench.bar, set()
    bench.state.choices.ramp = Ramp(way=STAGES, stages="10x30s,50x60s,100x2m", limits="update_p95_ms<400")
    for phase in RunPhase:
        bench.state.run.phase = phase
        bar.refresh()
        for button in (bar.start_button, bar.stop_button):
            assert button.sizeHint().width() <= button.maximumWidth(), button.text()
        widths.add((bar.start_button.width(), bar.stop_button.width(), bar.ramp_button.width()))
    bar.show_choices()
    widths.add((bar.start_button.width(), bar.stop_button.width(), bar.ramp_button.width()))
    assert len(widths) == 1


def test_every_pill_explains_itself(bench: Bench) -> None:
    bar = bench.bar
    bar.refresh()
    for widget in (
        bar.headline.streaming_pill,
        bar.headline.latency_pill,
        bar.headline.pacing_pill,
        bar.headline.words_pill,
        bar.connections,
    ):
        assert len(widget.toolTip()) > 20, widget


def test_fields_say_why_they_cannot_be_changed(bench: Bench) -> None:
    bar = bench.bar
    fields = (bar.connections, bar.duration, bar.ramp_button, bar.loop)
    bar.refresh()
    usual = [field.toolTip() for field in fields]
    bench.run()
    assert {field.toolTip() for field in fields} == {LOCKED_TIP}
    bench.end()
    assert [field.toolTip() for field in fields] == usual
    bench.state.uses_microphone = True
    bar.refresh()
    assert "microphone" in bar.loop.toolTip()
