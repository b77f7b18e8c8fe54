"""The real window on scripted runs: what a person sees and reaches, and how a run is started, stopped and left."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QWidget

from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.window import main_window
from flux_desktop.ui.window.main_window import CLOSE_MAX_S, MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, choose_options, press_together, until
from tests.ui.scripted_engines import Engines, Failing, Waiting, labels, replaying, with_ended_run, with_sample
from tests.waiting import PATIENCE_S


def test_a_first_time_user_needs_one_click(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.live_page.transcripts.empty.start_button.click()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.plan is not None
        assert isinstance(window.state.run.plan.source, WavSource)
        assert window.state.run.plan.source.path.endswith("conversation.wav")
        assert window.state.run.plan.endpoint == "local"

    stage(replaying(scripted.scripted_run(2)), live)


@pytest.mark.parametrize("bug", [False, True])
def test_an_engine_that_fails_is_told_and_the_window_lives(stage: Stage, bug: bool) -> None:
    class Broken(Failing):
        error = KeyError("private detail") if bug else Failing.error

    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        (banner,) = window.live_page.banners.banners()
        words = labels(banner)
        if bug:
            assert not any("KeyError" in line or "private" in line for line in words)
            assert any("Internal error while carrying out the run on local." in line for line in words)
        else:
            assert words == ["It fell over.", "No port.", "Try again."]
        await until(lambda: window.live_page.run_bar.start_button.isEnabled(), "Start is free again")

    stage(Broken, live)


def test_start_without_a_sound_says_what_to_do(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.live_page.run_bar.start_button.click()
        assert not window.state.run.active
        assert "No recording is selected." in labels(window.live_page.banners)
        window.live_page.banners.banners()[0].close_button.click()
        assert window.live_page.banners.banners() == []

    stage(Waiting, live)


def test_a_file_that_is_no_wav_is_told_with_the_way_out(stage: Stage, tmp_path: Path) -> None:
    bad = tmp_path / "music.wav"
    bad.write_bytes(b"ID3 not a wav")

    async def live(window: MainWindow) -> None:
        window.recordings.load(str(bad))
        await until(lambda: bool(window.live_page.banners.banners()), "the problem is shown")
        assert any("music.wav" in line for line in labels(window.live_page.banners))
        assert window.state.recording is None

    stage(Waiting, live)


def test_stop_drains_first_and_ends_at_once_the_second_time(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        choose_options(window, eager_eot_threshold=0.4)
        window.live_page.run_bar.connections.setValue(7)
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert plan is not None
        assert (plan.connections, plan.options.eager_eot_threshold, plan.options.eot_timeout_ms) == (7, 0.4, 5000)
        window.live_page.run_bar.stop_button.click()
        assert window.live_page.run_bar.stop_button.text() == "Stop now"
        window.live_page.run_bar.stop_button.click()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert engines[0].stops == [True, False]

    stage(engines, live)


@pytest.mark.parametrize("stubborn", [False, True])
def test_the_window_closes_in_mid_run(stage: Stage, stubborn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the engine does not end: it is left behind after a bounded time."""
    assert CLOSE_MAX_S < 5
    released = asyncio.Event()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.active, "the run has begun")
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        if stubborn:
            monkeypatch.setattr(main_window, "CLOSE_MAX_S", 0.2)
        window.close()
        assert not window.isVisible()
        window.state.changed()  # by a task on its way out: it starts no timer again
        await asyncio.wait_for(closed.wait(), PATIENCE_S)
        running = [task for task in asyncio.all_tasks() if task.get_name().startswith("carrying out the run")]
        assert len(running) == int(stubborn)
        released.set()
        await asyncio.gather(*running, return_exceptions=True)

    stage(lambda sink: Waiting(sink, released if stubborn else None), live)


def test_everything_can_be_reached_and_is_named(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
        nameless = [
            control
            for kind in kinds
            for control in window.findChildren(kind)
            if control.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not (control.accessibleName() or getattr(control, "text", lambda: "")() or _inside_spin_box(control))
        ]
        assert nameless == []
        press_together(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: bool(engines) and engines[0].plan is not None, "Ctrl+R starts")
        press_together(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: window.state.run.phase == "stopping", "Ctrl+. stops")

    stage(engines, live)


def test_a_stop_in_the_same_moment_as_the_start_is_not_lost(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.ended is not None
        assert window.state.run.ended.ledger == {"not started": 2}

    stage(Waiting, live)


def _inside_spin_box(control: QWidget) -> bool:
    return isinstance(control.parentWidget(), QAbstractSpinBox | QComboBox)


def test_an_eager_threshold_above_the_other_cannot_be_set(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        panel = window.live_page.flux_panel
        panel.eager.set_value(0.9)
        panel.eot.field.setValue(0.6)
        assert panel.eager.value == 0.6
        panel.eager.field.setValue(0.8)
        assert panel.eager.value == 0.6

    stage(Waiting, live)


def test_nothing_is_clipped_at_the_smallest_size(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.resize(1280, 800)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.minimumSizeHint().width() <= 1280
        for button in window.findChildren(QAbstractButton):
            if button.isVisible() and button.text():
                assert button.width() >= button.sizeHint().width() - 2, button.text()

    stage(replaying(scripted.scripted_run(12)), live)


def test_the_presenter_shows_one_connection_and_esc_leaves(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        QTest.keyClick(window, Qt.Key.Key_F11)
        await until(lambda: window.state.presenting, "F11 presents")

        def says_the_last_sentence() -> bool:
            window.presenter.refresh()
            return scripted.SENTENCES[-1] in window.presenter.accessibleName()

        await until(says_the_last_sentence, "the last sentence is presented")
        assert not window.presenter.grab().isNull()
        QTest.keyClick(window, Qt.Key.Key_Escape)
        await until(lambda: not window.state.presenting, "Esc leaves")

    stage(replaying(scripted.scripted_run(1)), live)


@pytest.mark.xvfb
@pytest.mark.skipif(os.environ.get("QT_QPA_PLATFORM") != "xcb", reason="needs QT_QPA_PLATFORM=xcb and an X server")
def test_the_window_works_in_a_real_x_server(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        assert QGuiApplication.platformName() == "xcb"
        await with_sample(window)
        QTest.mouseClick(window.live_page.run_bar.start_button, Qt.MouseButton.LeftButton)
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.conversation(1).transcript() == list(scripted.SENTENCES)
        assert window.live_page.transcripts.views()[0].turns.viewport().isVisible()
        # A bare X server gives no window the keyboard, so the mouse has to do.
        QTest.mouseClick(window.live_page.run_bar.present_button, Qt.MouseButton.LeftButton)
        await until(lambda: window.state.presenting and window.presenter.isVisible(), "the presenter is shown")
        window.presenting.leave()
        assert not window.state.presenting

    stage(replaying(scripted.scripted_run(2)), live)
