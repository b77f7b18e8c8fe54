"""The presenter: its views, its keys, what it says of itself, and how loud the audio is in it."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, RunEnded, RunStarted
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.panels.presenter import Presenter
from flux_desktop.ui.panels.presenter_one import IDLE_NOT_READY, IDLE_READY
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.models.presenter.comparisons import pair
from tests.ui.scripted_engines import Waiting, with_sample
from tests.ui.services.test_device_watch import device, level


def test_the_level_of_a_recording_stands_beside_the_way_to_the_end_of_the_turn(stage: Stage) -> None:
    events = [event for event in scripted.scripted_run(2) if not isinstance(event, ConnectionEnded | RunEnded)]

    class Held(Waiting):
        async def run(self, plan):  # type: ignore[no-untyped-def]
            for event in events:
                own = replace(event, plan=plan) if isinstance(event, RunStarted) else event
                window_of[0].mailbox.put(own)
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
        levels_dbfs = window.presenter.level.now()
        assert levels_dbfs is not None
        assert levels_dbfs[1] >= shape.level_dbfs(window.state.run.sent_s()) > -60
        await until(lambda: window.presenter.one.meter.content not in {None, (None,)}, "the level is shown")
        window.presenting.leave()

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
        assert "Begin with the sample" in window.live_page.transcripts.empty.hint.text()
        window.state.microphones.listed = True
        window.live_page.sound_panel.use_microphone(True)
        assert "No microphone is connected." in window.live_page.transcripts.empty.hint.text()
        assert window.live_page.status.main.full_text() == "Select a recording or a microphone to begin."
        window.state.microphones.devices = [device(0, "Built-in")]
        window.state.changed()
        assert window.live_page.transcripts.empty.hint.text() == "The microphone is ready. Press Start and speak."
        assert window.live_page.status.main.full_text() == "Ready. Press Start."
        window.starter.start()
        window.mailbox.put(level(1.0, peak=-8.0))
        await until(lambda: window.state.run.microphone.newest is not None, "the level is heard")
        levels_dbfs = window.presenter.level.now()
        assert levels_dbfs is not None
        assert levels_dbfs[1] == pytest.approx(-8.0)
        window.presenter.refresh()
        content = window.presenter.one.meter.content
        assert content is not None
        assert content[0] is not None
        assert content[0][1] == -8

    stage(Waiting, live)


class Alone:
    """A presenter without a window, over a run of three connections."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.state = AppState()
        self.view = Presenter(theme, self.state)
        self.colours = theme.current
        qtbot.addWidget(self.view)
        self.view.resize(1920, 1080)
        self.view.show()

    def run(self, *texts: str) -> None:
        self.state.run.reset(scripted.plan(3))
        for conn, words in enumerate(texts or ("first words", "second words", "third words"), 1):
            self.state.run.feed(ConnectionChanged(t=0.5, conn=conn, state=ConnectionState.STREAMING))
            self.state.run.conversation(conn).cards.append(Card(index=0, tone="listening", text=words))
        self.look()

    def look(self) -> None:
        self.state.run.revision += 1
        self.view._slow_at_s = 0.0
        self.view.refresh()

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.view, key)

    @property
    def card(self) -> Card:
        return self.state.run.conversation(1).cards[-1]

    @property
    def accessible_name(self) -> str:
        self.look()
        return self.view.accessibleName()


@pytest.fixture
def alone(qtbot: QtBot, theme: ThemeSource) -> Alone:
    return Alone(qtbot, theme)


def test_the_first_connection_is_shown_until_another_one_is_chosen(alone: Alone, qtbot: QtBot) -> None:
    alone.run()
    assert "first words" in alone.accessible_name
    with qtbot.waitSignal(alone.view.picked) as picked:
        alone.press(Qt.Key.Key_2)
    assert picked.args == [2]
    assert "second words" in alone.accessible_name
    alone.view.set_front(None)
    assert "second words" in alone.accessible_name, "the table of all has no connection of its own"
    alone.press(Qt.Key.Key_9)
    assert "second words" in alone.accessible_name, "the run has no connection 9"
    alone.view.set_front(9)
    assert "first words" in alone.accessible_name


def test_each_key_shows_its_view_and_esc_leads_back_and_out(alone: Alone, qtbot: QtBot) -> None:
    alone.run()
    for key, view in (
        (Qt.Key.Key_S, alone.view.subtitles),
        (Qt.Key.Key_T, alone.view.tiles),
        (Qt.Key.Key_A, alone.view.split),
    ):
        alone.press(key)
        assert view.isVisible()
        assert not alone.view.one.isVisible()
        assert "first words" in alone.accessible_name or view is alone.view.tiles
        alone.press(Qt.Key.Key_Escape)
        assert alone.view.one.isVisible()
    alone.press(Qt.Key.Key_Question)
    assert alone.view.keys.isVisible()
    alone.press(Qt.Key.Key_Escape)
    assert not alone.view.keys.isVisible()
    with qtbot.waitSignal(alone.view.left):
        alone.press(Qt.Key.Key_Escape)


def test_what_did_not_change_is_not_painted_again(alone: Alone, qtbot: QtBot) -> None:
    alone.run()
    one = alone.view.one
    qtbot.waitUntil(lambda: all(part.painted for part in one.parts))
    before = [part.painted for part in one.parts]
    alone.state.run.conversation(1).eot_confidence = 0.4
    alone.look()
    qtbot.waitUntil(lambda: one.confidence.painted > before[one.parts.index(one.confidence)])
    changed = [part for part, count in zip(one.parts, before, strict=True) if part.painted > count]
    assert changed == [one.confidence]


def test_nothing_moves_when_text_grows(alone: Alone) -> None:
    alone.run("Had he", "", "")
    short, places = alone.view.grab().toImage(), [part.geometry() for part in alone.view.one.parts]
    alone.card.text = "Had he married a more amiable woman, he might have been made still more respectable " * 4
    alone.card.revision += 1
    alone.look()
    assert [part.geometry() for part in alone.view.one.parts] == places
    grown = alone.view.grab().toImage()
    words = alone.view.one.words
    below = words.mapTo(alone.view, words.rect().bottomLeft()).y() + 1
    assert short.copy(0, below, 1920, 1080 - below) == grown.copy(0, below, 1920, 1080 - below)
    above = words.mapTo(alone.view, words.rect().topLeft()).y()
    assert short.copy(0, 0, 1920, above) == grown.copy(0, 0, 1920, above)


def test_without_a_run_it_says_what_to_do(alone: Alone) -> None:
    assert IDLE_NOT_READY in alone.accessible_name
    alone.state.reading = "Sample data set"
    assert "Sample data set is being read…" in alone.accessible_name
    alone.state.reading = ""
    alone.state.uses_microphone = True
    alone.state.microphones.devices = [device(0, "USB")]
    assert IDLE_READY in alone.accessible_name


def test_before_the_first_word_it_says_what_is_waited_for(alone: Alone) -> None:
    alone.state.run.reset(scripted.plan(1))
    assert "Waiting to connect…" in alone.accessible_name
    alone.state.run.feed(ConnectionChanged(t=0.3, conn=1, state=ConnectionState.CONNECTING))
    assert "Connecting…" in alone.accessible_name
    alone.state.run.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    assert "Listening…" in alone.accessible_name
    alone.state.run.conversation(1).connection_state = ConnectionState.ENDED
    alone.state.run.conversation(1).run_over = True
    assert "No text was received" in alone.accessible_name


def test_frames_follow_one_another_only_while_something_moves(alone: Alone) -> None:
    alone.run()
    alone.state.run.phase = RunPhase.RUNNING
    alone.look()
    assert alone.view.animating
    alone.press(Qt.Key.Key_T)
    alone.look()
    assert not alone.view.animating, "tiles are painted when they change"
    alone.press(Qt.Key.Key_T)
    alone.look()
    assert alone.view.animating
    alone.state.run.phase = RunPhase.ENDED
    alone.look()
    assert not alone.view.animating
    alone.view.set_pairs([pair()])
    alone.press(Qt.Key.Key_A)
    assert alone.view.animating
    alone.press(Qt.Key.Key_Space)
    assert not alone.view.animating
    alone.press(Qt.Key.Key_Space)
    alone.view.hide()
    assert not alone.view.animating


def test_a_tile_is_enlarged_by_mouse_and_keys_and_esc_returns_to_the_tiles(alone: Alone) -> None:
    alone.run()
    alone.press(Qt.Key.Key_T)
    tiles = alone.view.tiles.view
    QTest.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=tiles.box(2).center().toPoint())
    assert "third words" in alone.accessible_name
    alone.press(Qt.Key.Key_Escape)
    assert tiles.isVisible()
    alone.press(Qt.Key.Key_Left)
    alone.press(Qt.Key.Key_Return)
    assert "second words" in alone.accessible_name


def test_the_tiles_say_how_many_are_in_each_state(alone: Alone) -> None:
    alone.run()
    alone.press(Qt.Key.Key_T)
    assert "3 conversations: 3 silent" in alone.accessible_name


def test_space_arrows_and_m_do_what_the_window_offers(alone: Alone) -> None:
    alone.run()
    done: list[object] = []
    for key in (Qt.Key.Key_Space, Qt.Key.Key_M):
        alone.press(key)  # nothing offers it yet
    alone.state.actions |= {
        "pause": lambda: done.append("pause"),
        "mute": lambda: done.append("mute"),
        "seek": done.append,
        "turn": done.append,
    }
    for key in (
        Qt.Key.Key_Space,
        Qt.Key.Key_M,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_BracketLeft,
    ):
        alone.press(key)
    assert done == ["pause", "mute", -2.0, 2.0, -1]


def test_a_recorded_comparison_is_paused_moved_and_followed_by_the_next(alone: Alone) -> None:
    alone.run()
    alone.press(Qt.Key.Key_A)
    assert alone.view.split.ribbon.content is not None
    assert alone.view.split.ribbon.content.paused is None
    alone.view.set_pairs([pair(), pair()])
    player = alone.view.player
    assert player is not None
    alone.press(Qt.Key.Key_Space)
    assert player.paused
    for _ in range(4):
        alone.press(Qt.Key.Key_Right)
    assert "cut the caller off" in alone.accessible_name or "answered after" in alone.accessible_name
    assert "clip 1 of 2" in (alone.view.source.content or ("",))[0]
    alone.press(Qt.Key.Key_BracketRight)
    assert player.place == 1
    alone.press(Qt.Key.Key_BracketLeft)
    assert player.place == 0


def test_the_counters_are_switched_by_c_and_are_not_among_subtitles(alone: Alone) -> None:
    alone.run()
    assert alone.view.counters.isVisible()
    alone.press(Qt.Key.Key_C)
    assert not alone.view.counters.isVisible()
    alone.press(Qt.Key.Key_C)
    alone.press(Qt.Key.Key_S)
    assert not alone.view.counters.isVisible()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 800), (683, 384)])
def test_every_part_is_inside_and_none_covers_another(alone: Alone, width: int, height: int) -> None:
    alone.run()
    alone.view.resize(width, height)
    parts = list(alone.view.one.parts)
    for part in parts:
        assert alone.view.one.rect().contains(part.geometry())
    for first, second in itertools.combinations(parts, 2):
        assert not first.geometry().intersects(second.geometry())
    assert not alone.view.source.geometry().intersects(alone.view.counters.geometry())


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
        window.presenting.leave()

    stage(Waiting, live)
