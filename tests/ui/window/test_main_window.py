"""The real window on scripted runs: what a person sees, and that nothing freezes, leaks or lies."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QWidget

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.commands import SendControl, SetParameters
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Notice,
    Received,
    RunEnded,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ParameterState, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink, RunEngine
from flux_desktop.ui.services.replay import ReplayEngine
from flux_desktop.ui.views.turn_list import CARD_ROLE
from flux_desktop.ui.window import main_window, settings
from flux_desktop.ui.window.main_window import CLOSE_MAX_S, MainWindow
from flux_desktop.ui.window.settings_migration import VERSION, Settings
from tests.engine.messages import received
from tests.ui import scripted
from tests.ui.conftest import Stage, choose_options, press_together, until
from tests.waiting import PATIENCE_S


def replaying(events: list[Event], speed: float = 0.0) -> EngineFactory:
    return lambda sink: ReplayEngine(sink, events, speed)


class Waiting:
    """An engine that does nothing until it is told to stop; remembers how it was told, and its plan."""

    def __init__(self, sink: EventSink, released: asyncio.Event | None = None) -> None:
        """Cancelled, it ends at once, or when it is `released`."""
        self.session_folder: Path | None = None
        self.stops: list[bool] = []
        self.commands: list[object] = []
        self.plan: RunPlan | None = None
        self._released = released
        self._stopped = asyncio.Event()

    async def run(self, plan: RunPlan) -> RunEnded:
        self.plan = plan
        try:
            await self._stopped.wait()
        except asyncio.CancelledError:
            if self._released is not None:
                await self._released.wait()
            raise
        return RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": plan.connections})

    def send(self, command: object) -> None:
        self.commands.append(command)

    def stop(self, *, drain: bool = True) -> None:
        self.stops.append(drain)
        if not drain:
            self._stopped.set()


class Engines(list[Waiting]):
    """Makes engines that wait, and remembers them."""

    def __call__(self, sink: EventSink) -> RunEngine:
        self.append(Waiting(sink))
        return self[-1]

    def sent[T](self, kind: type[T]) -> list[T]:
        """The commands of one kind that the newest of them was given."""
        return [command for command in self[-1].commands if isinstance(command, kind)]


class Failing(Waiting):
    """An engine that fails at once."""

    error: Exception = ProblemError(Problem(code="no_local", what="It fell over.", why="No port.", todo="Try again."))

    async def run(self, plan: RunPlan) -> RunEnded:
        raise self.error


async def with_sample(window: MainWindow) -> None:
    window.recordings.load_sample()
    await until(lambda: window.state.recording is not None, "the sample is read")


def labels(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.text()]


def test_a_run_is_shown_turn_by_turn(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.run_bar.start_button.click()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        await until(lambda: window.live_page.run_bar.start_button.isEnabled(), "Start is free again")
        assert [window.live_page.transcripts.tabs.tabText(n) for n in range(3)] == ["Overview", "#1", "#2"]
        for view in window.live_page.transcripts.views():
            window.live_page.transcripts.show_connection(view.conversation.conn)
            model = view.turns.turns
            shown = [model.data(model.index(row), CARD_ROLE).text for row in range(model.rowCount())]
            assert shown == list(scripted.SENTENCES)
        assert "DONE: 2 completed" in window.live_page.status.main.full_text()
        await until(lambda: len(window.live_page.plots.plots) > 0, "the plots are there")
        window.live_page.plots.refresh()
        assert len(window.live_page.plots.latency._line.getData()[0]) > 20

    stage(replaying(scripted.scripted_run(2)), live)


def test_a_first_time_user_needs_one_click(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.live_page.transcripts.empty.start_button.click()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.plan is not None
        assert isinstance(window.state.run.plan.source, WavSource)
        assert window.state.run.plan.source.path.endswith("conversation.wav")
        assert window.state.run.plan.endpoint == "local"

    stage(replaying(scripted.scripted_run(2)), live)


def test_interim_text_is_painted_in_place_and_the_list_stays_at_its_end(stage: Stage) -> None:
    many = tuple(f"This is sentence number {n} of a long conversation." for n in range(40))

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        turns = window.live_page.transcripts.views()[0].turns
        await until(lambda: turns.verticalScrollBar().maximum() > 0, "the list is laid out")
        assert turns.turns.rowCount() == 40
        assert turns.verticalScrollBar().value() == turns.verticalScrollBar().maximum()

    stage(replaying(scripted.scripted_run(1, many)), live)


@pytest.mark.parametrize("bug", [False, True])
def test_an_engine_that_fails_is_told_and_the_window_lives(stage: Stage, bug: bool) -> None:
    class Broken(Failing):
        error = KeyError("private detail") if bug else Failing.error

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        (banner,) = window.live_page.banners.banners()
        words = labels(banner)
        if bug:
            assert not any("KeyError" in line or "private" in line for line in words)
            assert any("Internal error while" in line for line in words)
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
        running = [task for task in asyncio.all_tasks() if task.get_name().startswith("the run")]
        assert len(running) == int(stubborn)
        released.set()
        await asyncio.gather(*running, return_exceptions=True)

    stage(lambda sink: Waiting(sink, released if stubborn else None), live)


def test_text_from_the_server_is_never_markup(stage: Stage) -> None:
    evil = '<b>bold</b><img src="file:///etc/passwd"> <a href="https://example.org">x</a>'

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        view = window.live_page.transcripts.views()[0]
        assert view.conversation.transcript() == [evil]
        window.live_page.banners.show_problem(Problem(code="x", what=evil, why=evil, todo=evil))
        for label in window.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText or not label.text(), label.text()
            assert not label.openExternalLinks()

    stage(replaying(scripted.scripted_run(1, (evil,))), live)


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


def test_a_message_the_window_cannot_read_does_not_stop_it(stage: Stage) -> None:
    events = scripted.scripted_run(1)
    events.insert(30, received(events[29].t, 1, '{"type": 7'))  # type: ignore[union-attr]

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert any("could not be read" in card.text for card in window.state.run.conversation(1).cards)

    stage(replaying(events), live)


def test_every_message_can_be_seen_and_filtered(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        view = window.live_page.transcripts.views()[0]
        view.raw_button.click()
        assert view.raw.lines.blockCount() == view.conversation.raw.count
        view.raw.filter.setText("EagerEndOfTurn")
        assert view.raw.lines.blockCount() == 3
        view.raw_button.click()
        assert view.turns.isVisible()

    stage(replaying(scripted.scripted_run(1)), live)


def test_search_finds_turns_in_all_transcripts_and_opens_one(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        window.live_page.transcripts.search.setText("COLD-hearted")
        results = window.live_page.transcripts.results
        assert window.live_page.transcripts.stack.currentWidget() is results
        assert results.list.count() == 2
        results.list.itemActivated.emit(results.list.item(1))
        assert window.live_page.transcripts.current() == 2
        assert window.live_page.transcripts.views()[1].turns.currentIndex().row() == 2
        assert window.live_page.transcripts.search.text() == ""

    stage(replaying(scripted.scripted_run(2)), live)


def test_transcripts_are_saved_in_every_format(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        for suffix in ("txt", "json", "srt", "vtt"):
            window.transcripts.save_transcripts([1], suffix, tmp_path / f"one.{suffix}")
            window.transcripts.save_transcripts([1, 2], suffix, tmp_path)
            await until(lambda: not window.tasks.running("export"), "the files are written")
            for name in ("one", "connection-0001", "connection-0002"):
                assert "Dashwood" in (tmp_path / f"{name}.{suffix}").read_text(encoding="utf-8")
        window.transcripts.save_transcripts([1], "txt", tmp_path / "no such folder" / "x.txt")
        await until(lambda: any("cannot be written" in line for line in labels(window.live_page.banners)), "a banner")

    stage(replaying(scripted.scripted_run(2)), live)


def test_the_table_stays_right_with_a_thousand_rows(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        table = window.live_page.transcripts.overview
        window.live_page.transcripts.tabs.setCurrentIndex(0)
        began_s = time.perf_counter()
        table.refresh()
        table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        print(f"refresh and sort of 1,000 rows: {(time.perf_counter() - began_s) * 1000:.1f} ms")
        assert table.rows.rowCount() == 1000
        assert table.rows.connection_at(0) == 1000
        table.activated.emit(table.rows.index(0, 0))
        transcripts = window.live_page.transcripts
        assert transcripts.current() == 1000
        (view,) = [view for view in transcripts.views() if view.conversation.conn == 1000]
        assert view.conversation.transcript() == ["Hello there."], "it was never watched: its text is the summary's"

    events = scripted.scripted_run(1000, ("Hello there.",), snapshot_ticks=60)
    events = [event for event in events if not isinstance(event, Received)]
    for event in events:
        if isinstance(event, ConnectionEnded):
            event.summary.final_texts = ["Hello there."]
    stage(replaying(events), live)


def test_the_presenter_shows_one_connection_and_esc_leaves(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
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
