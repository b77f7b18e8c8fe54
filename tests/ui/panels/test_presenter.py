"""The presenter's view: what it says of itself, and how loud the sound is in it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.style.theme import ThemeSource
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
        assert "Choose an endpoint and a recording" in window.live_page.transcripts.empty.hint.text()
        window.live_page.sound_panel.use_microphone(True)
        assert "No microphone is connected." in window.live_page.transcripts.empty.hint.text()
        assert window.live_page.status.main.full_text() == "Select a recording or a microphone to begin."
        window.state.microphones.devices = [device(0, "Built-in")]
        window.state.changed()
        assert window.live_page.transcripts.empty.hint.text() == "The microphone is ready. Press Start and speak."
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


class Alone:
    """A presenter's view without a window, over a run of two connections."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.state = AppState()
        self.view = Presenter(theme, self.state)
        self.colours = theme.current
        qtbot.addWidget(self.view)
        self.view.resize(1200, 700)

    def run(self) -> None:
        self.state.run.reset(scripted.plan(2))
        for conn, text in ((1, "first words"), (2, "second words")):
            self.state.run.feed(ConnectionChanged(t=0.5, conn=conn, state=ConnectionState.STREAMING))
            self.state.run.conversation(conn).cards.append(Card(index=0, tone="listening", text=text))

    def width_of(self, token: str) -> int:
        """The pixels of a colour in the groove that shows how certain the end of the turn is."""
        image, wanted = self.view.grab().toImage(), getattr(self.colours, token)
        rows = range(image.height() * 3 // 4, image.height())
        return max(sum(image.pixelColor(x, y).name() == wanted for x in range(image.width())) for y in rows)


@pytest.fixture
def alone(qtbot: QtBot, theme: ThemeSource) -> Alone:
    return Alone(qtbot, theme)


def test_the_first_connection_is_shown_until_another_one_is_chosen(alone: Alone) -> None:
    alone.run()
    alone.view.refresh()
    assert "first words" in alone.view.accessibleName()
    alone.view.set_front(2)
    alone.view.refresh()
    assert "second words" in alone.view.accessibleName()
    alone.view.set_front(None)
    alone.view.refresh()
    assert "second words" in alone.view.accessibleName(), "the table of all has no connection of its own"
    alone.view.set_front(9)
    alone.view.refresh()
    assert "first words" in alone.view.accessibleName(), "a connection that the run does not have"


def test_the_certainty_of_the_end_fills_the_groove(alone: Alone) -> None:
    alone.run()
    assert alone.width_of("accent") == 0
    widths = []
    for confidence in (0.25, 0.5, 2.0):
        alone.state.run.conversation(1).eot_confidence = confidence
        widths.append(alone.width_of("accent"))
    assert widths[1] == pytest.approx(2 * widths[0], abs=16)
    assert widths[2] <= 1200 - 2 * 60, "it never leaves its groove"
    assert widths[0] > 100


def test_long_text_is_set_smaller_and_stays_inside(alone: Alone) -> None:
    def painted_rows() -> int:
        image, wanted = alone.view.grab().toImage(), alone.colours.text
        middle = range(150, image.height() - 160)
        return sum(any(image.pixelColor(x, y).name() == wanted for x in range(0, 1200, 2)) for y in middle)

    alone.run()
    short = painted_rows()
    card = alone.state.run.conversation(1).cards[-1]
    card.text = "many more words " * 8
    assert short < painted_rows() < 700 - 160 - 150


def test_without_a_run_it_says_what_to_do(alone: Alone) -> None:
    idle = alone.view.grab().toImage()
    alone.state.uses_microphone = True
    alone.state.microphones.devices = [device(0, "USB")]
    assert alone.view.grab().toImage() != idle, "ready, or not"


def test_the_eager_threshold_is_marked_where_one_is_in_force(alone: Alone) -> None:
    alone.run()  # the scripted plan has an eager threshold
    assert alone.width_of("eager") > 0
    alone.state.run.reset(scripted.plan(2, options=FluxOptions()))
    alone.state.run.conversation(1).cards.append(Card(index=0, tone="listening", text="words"))
    assert alone.width_of("eager") == 0


def test_earlier_turns_stand_above_the_newest(alone: Alone) -> None:
    def rows(token: str) -> list[int]:
        image, wanted = alone.view.grab().toImage(), getattr(alone.colours, token)
        middle = range(150, image.height() - 170)
        return [y for y in middle if any(image.pixelColor(x, y).name() == wanted for x in range(60, 900))]

    alone.run()
    cards = alone.state.run.conversation(1).cards
    cards.insert(0, Card(index=0, tone="final", text="earlier words"))
    assert max(rows("muted")) < min(rows("text"))


def test_the_keys_for_the_next_connection_work_while_presenting(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.state.run.reset(scripted.plan(2))
        for event in scripted.scripted_run(2):
            window.state.run.feed(event)
        window.live_page.transcripts.refresh()
        window.live_page.transcripts.show_connection(1)
        window.toggle_presenter()
        keys = {action.shortcut().toString(): action for action in window.actions()}
        assert keys["Ctrl+PgDown"].isEnabled()
        keys["Ctrl+PgDown"].trigger()
        assert window.live_page.transcripts.current() == 2
        assert window.presenter._conn == 2
        window.leave_presenter()

    stage(Waiting, live)


def test_words_do_not_overlap_in_a_small_view(alone: Alone) -> None:
    alone.run()
    for width in (1200, 683, 480):
        alone.view.resize(width, 384)
        image = alone.view.grab().toImage()
        muted, ok = alone.colours.muted, alone.colours.ok
        rows = range(image.height() - 170, image.height() - 80)
        right_of_caption = left_of_mark = -1
        for x in range(image.width()):
            names = {image.pixelColor(x, y).name() for y in rows}
            if muted in names:
                right_of_caption = x
            if ok in names and left_of_mark < 0:
                left_of_mark = x
        assert right_of_caption > 0
        assert left_of_mark > right_of_caption, width
