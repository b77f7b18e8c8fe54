"""The run bar: choices in its fields, the buttons in each phase, progress and the figures on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, Percentiles, Verdict
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.models.run_phase import Phase
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.panels.run_bar import LOCKED_TIP, ROOMY_PX, RunBar
from flux_desktop.ui.style.theme import ThemeSource
from tests.reports.recorded_talk import small_accuracy
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
    for phase in Phase:
        bench.state.run.phase = phase
        bar.refresh()
        active = phase in {Phase.STARTING, Phase.RUNNING, Phase.STOPPING}
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
    for made in (bench.bar.start_button, bench.bar.stop_button, bench.bar.theme_button, bench.bar.present_button):
        made.click()
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


def test_there_are_no_figures_before_the_first_run(bench: Bench) -> None:
    bench.bar.refresh()
    pills = (bench.bar.streaming_pill, bench.bar.latency_pill, bench.bar.pacing_pill, bench.bar.words_pill)
    assert all(pill.isHidden() for pill in pills)


def test_the_connections_are_counted(bench: Bench) -> None:
    bench.run()
    bench.stream(1.0)
    assert bench.bar.streaming_pill.text().startswith("1 of 2")
    assert bench.bar.streaming_pill.property("pill") == "quiet"
    bench.state.run.feed(Snapshot(t=1.1, ledger={"streaming": 2}))
    bench.bar.refresh()
    assert bench.bar.streaming_pill.property("pill") == "ok"
    bench.end(completed=1)
    assert bench.bar.streaming_pill.text().startswith("1 of 2")
    assert bench.bar.streaming_pill.property("pill") == "danger"
    bench.end(completed=2)
    assert bench.bar.streaming_pill.property("pill") == "ok"


@pytest.mark.parametrize(
    ("p99_ms", "tone"), [(None, "quiet"), (PACING_P99_MAX_MS, "quiet"), (PACING_P99_MAX_MS + 0.1, "danger")]
)
def test_late_sending_is_marked_from_the_engines_limit_on(bench: Bench, p99_ms: float | None, tone: str) -> None:
    bench.run()
    bench.stream(1.0, pacing=Percentiles(n=1, p99_ms=p99_ms))
    assert bench.bar.pacing_pill.property("pill") == tone


def test_latency_and_word_errors(bench: Bench) -> None:
    bench.run()
    bench.stream(1.0, update=Percentiles(n=9, p50_ms=251.0, p95_ms=312.0))
    assert "312 ms" in bench.bar.latency_pill.text()
    assert bench.bar.words_pill.isHidden()
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24))
    assert "12 %" in bench.bar.words_pill.text()
    assert not bench.bar.words_pill.isHidden()


def test_the_normalised_rate_replaces_the_running_count(bench: Bench) -> None:
    bench.run()
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24))
    bench.state.run.accuracy = small_accuracy()
    bench.bar.refresh()
    assert bench.bar.words_pill.text() == "WER 40 %"


def test_pills_without_room_are_left_out_and_the_others_are_whole(bench: Bench, qtbot: QtBot) -> None:
    host = QWidget()  # a window of its own would not become narrower than what is in it
    qtbot.addWidget(host)
    bench.bar.setParent(host)
    bench.run(connections=20)
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24), update=Percentiles(n=9, p95_ms=1312.0))
    bar, shown = bench.bar, []
    pills = (bar.streaming_pill, bar.latency_pill, bar.words_pill, bar.pacing_pill)
    for width in (1800, 1000, 800):
        bar.resize(width, 60)
        bar.refresh()
        bar.grab()  # lays it out
        visible = [pill for pill in pills if not pill.isHidden()]
        optional = [pill for pill in visible if pill is not bar.streaming_pill]
        assert all(pill.width() >= pill.sizeHint().width() for pill in optional), width
        assert bar.ramp_button.width() >= bar.ramp_button.minimumWidth()
        assert bar.streaming_pill in visible
        shown.append(len(visible))
    bench.bar.setParent(None)
    assert shown[0] == 4
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 4


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
    for phase in Phase:
        bench.state.run.phase = phase
        bar.refresh()
        for button in (bar.start_button, bar.stop_button):
            assert button.sizeHint().width() <= button.maximumWidth(), button.text()
        widths.add((bar.start_button.width(), bar.stop_button.width(), bar.ramp_button.width()))
    bar.show_choices()
    widths.add((bar.start_button.width(), bar.stop_button.width(), bar.ramp_button.width()))
    assert len(widths) == 1


def test_a_failed_connection_is_shown_while_the_others_stream(bench: Bench) -> None:
    bench.run()
    bench.state.run.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    bench.state.run.feed(Snapshot(t=1.0, ledger={"streaming": 1, "failed in mid-stream": 1}, rows=[]))
    bench.bar.refresh()
    assert bench.bar.streaming_pill.text() == "1 of 2 streaming · 1 failed"
    assert bench.bar.streaming_pill.property("pill") == "danger"


def test_a_stop_by_the_user_is_no_alarm(bench: Bench) -> None:
    bench.run()
    bench.state.run.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": 1}, interrupted=True))
    bench.bar.refresh()
    assert bench.bar.streaming_pill.property("pill") == "quiet"


def test_every_pill_explains_itself(bench: Bench) -> None:
    bar = bench.bar
    bar.refresh()
    for widget in (bar.streaming_pill, bar.latency_pill, bar.pacing_pill, bar.words_pill, bar.connections):
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
