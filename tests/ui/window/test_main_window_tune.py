"""The Tune page in the real window: a data set is recorded on the real built-in endpoint, explored, used on Live."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.experiments import sweep
from flux_desktop.reports.findings import read_experiment
from flux_desktop.ui.models.tune_curve import evaluated
from flux_desktop.ui.pages.page_frame import LIVE, TUNE
from flux_desktop.ui.panels.preset_cards import PresetCard
from flux_desktop.ui.plots.tune_curve import TuneCurve
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, press_together, until
from tests.ui.models import tuning
from tests.ui.scripted_engines import replaying, with_ended_run
from tests.ui.window.test_accessibility import CONTROLS, is_part_of_another, nameless, reachable

CLIPS = 6
"""As few as a median needs."""


@pytest.fixture
def short_set(tmp_path: Path) -> Path:
    """The beginning of the sample's first sentence, several times; `local` knows what is said in it."""
    sample, clip_s = resource_path(SAMPLE_RECORDING), 3.0
    spoken = json.loads(sample.with_suffix(".words.json").read_text())[0]["words"]
    words = [word for word in spoken if word["end_s"] <= clip_s]
    turn = {"start_s": words[0]["start_s"], "end_s": words[-1]["end_s"], "text": " ".join(w["word"] for w in words)}
    hold = {"start_s": words[2]["end_s"], "end_s": words[2]["end_s"] + 0.3}
    lines = []
    for number in range(CLIPS):
        with wave.open(str(sample), "rb") as source, wave.open(str(tmp_path / f"{number}.wav"), "wb") as to:
            to.setparams(source.getparams())
            to.writeframes(source.readframes(round(clip_s * source.getframerate())))
        lines.append(json.dumps({"audio_filepath": f"{number}.wav", "turns": [turn], "holds": [hold]}))
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("\n".join(lines))
    return manifest


def test_a_data_set_is_recorded_explored_and_used(
    stage: Stage, short_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "TIMEOUT_MS", 2000)  # or every stream would wait for 10 s of silence

    async def live(window: MainWindow) -> None:
        window.frame.show_page(TUNE)
        panel = window.pages.tune.get().page.measure_panel
        panel.choose_data(str(short_set))
        panel.repeats.setValue(1)
        await until(
            lambda: f"{CLIPS} streams" in panel.facts.full_text() and panel.record_button.isEnabled(), "it is read"
        )
        panel.record_button.click()
        assert window.state.run.active
        assert window.frame.rail.tiles[LIVE].busy, "a recording is a run, seen from every page"
        await until(lambda: window.pages.tune.get().tuner.model.details is not None, "it is evaluated", 60.0)
        assert window.state.run.ended is not None
        assert window.state.run.ended.ledger["completed"] == CLIPS
        evaluation = window.pages.tune.get().tuner.model.evaluation
        assert evaluation is not None
        assert (evaluation.turns, evaluation.holds) == (CLIPS, CLIPS)
        assert window.pages.tune.get().page.figures_panel._cells[0][3].text() == str(CLIPS)
        assert window.pages.tune.get().page.figures_panel._cells[2][1].text().endswith(" ms")
        assert window.pages.tune.get().page.curve_panel.curve._handle.isVisible()
        window.pages.tune.get().page.setting_panel.eot.field.setValue(0.83)
        window.pages.tune.get().page.setting_panel.use_button.click()
        assert window.live_page.flux_panel.eot.value == 0.83
        folder = window.controller.session_folder
        assert folder is not None
        await until(lambda: read_experiment(folder) is not None, "its reports will show what it found", 30.0)
        assert not window.state.run.ended.interrupted, "all clips were sent"
        before = evaluation
        window.pages.tune.get().recorder.open_session(folder)
        await until(
            lambda: window.pages.tune.get().tuner.model.evaluation is not before, "the session is evaluated again", 30.0
        )
        await until(lambda: not window.pages.tune.get().tuner.model.details_are_stale, "its figures are known", 30.0)

    stage(Supervisor, live)


def test_pages_keep_their_state_and_a_run_is_seen_from_each(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        window.live_page.transcripts.search.setText("Dashwood")
        press_together(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        assert window.frame.current == TUNE
        assert window.live_page.run_bar.headline.streaming_pill.isVisible()
        window.pages.tune.get().page.setting_panel.eot.field.setValue(0.77)
        press_together(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        assert window.frame.current == LIVE
        assert window.live_page.transcripts.search.text() == "Dashwood"
        window.frame.show_page(TUNE)
        assert window.pages.tune.get().page.setting_panel.eot.value == 0.77
        window.toggle_presenter()
        window.presenting.leave()
        assert window.frame.current == TUNE, "the presenter view returns to the page that it was called from"
        window.start_live()
        assert window.frame.current == LIVE
        await until(lambda: not window.state.run.active, "the second run has ended")

    stage(replaying(scripted.scripted_run(2)), live)


def test_the_tab_key_comes_to_every_control_of_the_page(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.frame.show_page(TUNE)
        tuner = window.pages.tune.get().tuner
        tuner.show(evaluated(tuning.traces(8, long_holds=2)))
        tuner.set_setting(Setting(eot=0.6))
        record = window.pages.tune.get().page.measure_panel.record_button
        await until(lambda: record.isEnabled() and not tuner.model.details_are_stale, "all is known")
        window.activateWindow()
        record.setFocus()
        await until(lambda: QApplication.focusWidget() is not None, "the window has the keyboard")
        for tab in range(3):
            window.pages.tune.get().page.curve_panel.tabs.setCurrentIndex(tab)
            record.setFocus()
            reached = reachable(window)
            missed = [
                f"{type(widget).__name__} {widget.accessibleName()}"
                for widget in window.pages.tune.get().page.findChildren(QWidget)
                if isinstance(widget, (*CONTROLS, TuneCurve, PresetCard))
                and not isinstance(widget, QProgressBar)
                and widget.isVisible()
                and widget.isEnabled()
                and not is_part_of_another(widget)
                and widget not in reached
            ]
            assert missed == []
        assert nameless(window) == []

    stage(replaying(scripted.scripted_run(1)), live)
