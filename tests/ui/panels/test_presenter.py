"""The presenter's view: what it says of itself, and how loud the sound is in it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from flux_desktop.engine.records.events import ConnectionEnded, RunEnded
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.services.test_device_watch import device, level
from tests.ui.window.test_main_window import Waiting, with_sample


def painted(window: MainWindow, token: str) -> bool:
    """Whether a colour of the theme is anywhere in the lower right corner, where the level stands."""
    picture = window.presenter.grab().toImage()
    wanted = QColor(getattr(window.theme.current, token)).rgb()
    xs = range(int(picture.width() * 0.66), int(picture.width() * 0.95), 2)
    ys = range(int(picture.height() * 0.85), picture.height() - 20, 2)
    return any(picture.pixel(x, y) == wanted for x in xs for y in ys)


def test_the_level_of_a_recording_stands_beside_the_way_to_the_end_of_the_turn(stage: Stage) -> None:
    events = [event for event in scripted.scripted_run(2) if not isinstance(event, ConnectionEnded | RunEnded)]

    class Held(Waiting):
        async def run(self, plan):  # type: ignore[no-untyped-def]
            for event in events:
                window_of[0].mailbox.put(event)
            return await super().run(plan)

    window_of: list[MainWindow] = []

    async def live(window: MainWindow) -> None:
        window_of.append(window)
        await with_sample(window)
        window.starter.start()
        window.toggle_presenter()
        await until(lambda: window.state.run.phase == "running" and not len(window.mailbox), "it streams")
        shape = window.state.recording
        assert shape is not None
        heard = window.presenter.level.now()
        assert heard is not None
        assert heard[1] >= shape.level_dbfs(window.state.run.sent_s()) > -60
        assert painted(window, "ok")
        window.leave_presenter()

    stage(Held, live)


def test_the_shape_tells_how_loud_the_recording_is(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        shape = window.state.recording
        assert shape is not None
        loudest = max(shape.level_dbfs(second / 10) for second in range(int(shape.duration_s * 10)))
        assert -12 < loudest <= 0
        assert shape.level_dbfs(0.0) < -30, "it begins with a pause"
        assert shape.level_dbfs(shape.duration_s + 1.0) == pytest.approx(shape.level_dbfs(1.0))

    stage(Waiting, live)


def test_empty_pages_name_the_sound_that_is_chosen(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.preview.levels.update = lambda wanted: None  # type: ignore[method-assign]
        window.preview.devices.watch = lambda on: None  # type: ignore[method-assign]
        assert "Choose an endpoint and a recording" in window.live_page.transcripts._hint.text()
        window.live_page.sound_panel.use_microphone(True)
        assert "No microphone is connected." in window.live_page.transcripts._hint.text()
        assert window.live_page.status.main.full_text() == "Select a recording or a microphone to begin."
        window.state.microphones.devices = [device(0, "Built-in")]
        window.state.changed()
        assert window.live_page.transcripts._hint.text() == "The microphone is ready. Press Start and speak."
        assert window.live_page.status.main.full_text() == "Ready. Press Start."
        window.starter.start()
        window.mailbox.put(level(1.0, peak=-8.0))
        await until(lambda: window.state.run.level is not None, "the level is heard")
        heard = window.presenter.level.now()
        assert heard is not None
        assert heard[1] == pytest.approx(-8.0)
        window.presenter.refresh()
        assert painted(window, "danger")

    stage(Waiting, live)
