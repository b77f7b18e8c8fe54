"""Search by keyboard, connections that were not watched, and timers that stop while nothing moves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Verdict
from flux_desktop.ui.models.run_model import TABS_MAX
from flux_desktop.ui.services.exporting import transcript
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines, Waiting, replaying, with_ended_run, with_sample


def test_enter_opens_the_first_match_and_esc_clears_the_search(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        panel = window.live_page.transcripts
        panel.search.setFocus()
        QTest.keyClicks(panel.search, "cold-hearted")
        QTest.keyClick(panel.search, Qt.Key.Key_Escape)
        assert panel.search.text() == ""
        assert panel.stack.currentWidget() is not panel.results
        QTest.keyClicks(panel.search, "cold-hearted")
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
        assert panel.current() == 1
        assert panel.views()[0].turns.currentIndex().row() == 2

    stage(replaying(scripted.scripted_run(2)), live)


def test_a_connection_beyond_the_tabs_is_watched_when_opened_and_has_its_texts_at_the_end(stage: Stage) -> None:
    engines, last = Engines(), TABS_MAX + 2

    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.live_page.run_bar.connections.setValue(last)
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        await until(lambda: window.live_page.transcripts.tabs.count() > 1, "the tabs are shown")
        assert engines.sent(Watch)[0].connections == list(range(1, TABS_MAX + 1))
        window.live_page.transcripts.show_connection(last)
        assert engines.sent(Watch)[-1].connections == [*range(1, TABS_MAX + 1), last]
        texts = ["Hello there.", "How are you?"]
        for conn in (last - 1, last):
            end = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED, turns=2, final_texts=texts)
            window.mailbox.put(ConnectionEnded(t=2.0, summary=end))
        window.mailbox.put(RunEnded(t=3.0, verdict=Verdict.DONE, ledger={}))
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        for conn in (last - 1, last):
            assert window.state.run.conversation(conn).transcript() == texts
            assert "How are you?" in transcript(window.state.run.conversation(conn), "txt")
        view = window.live_page.transcripts.current_view()
        assert view is not None
        view.refresh()
        assert view.turns.turns.rowCount() == 2
        window.live_page.transcripts.search.setText("how are")
        assert window.live_page.transcripts.results.list.count() == 2

    stage(engines, live)


def test_timers_stop_while_nothing_moves_and_run_during_a_run(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await until(lambda: not window.clock.ticking, "the clock stops after the start")
        beats = window.heartbeat.stalls().n
        await with_sample(window)
        await until(lambda: not window.clock.ticking, "and after a change")
        assert window.heartbeat.stalls().n == beats, "stalls are not measured while nothing runs"
        window.starter.start()
        assert window.clock.ticking
        await until(lambda: window.heartbeat.stalls().n > 0, "stalls are measured during a run")
        window.mailbox.put(RunEnded(t=3.0, verdict=Verdict.DONE, ledger={}))
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        await until(lambda: not window.clock.ticking, "the clock stops again")

    stage(engines, live)


def test_a_replay_is_marked_and_a_stopped_one_says_nothing_about_the_session(stage: Stage, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from flux_desktop.ui.services.past_run import PastRun

    events = scripted.scripted_run(2)
    past = PastRun(folder=tmp_path, plan=scripted.plan(2), events=events, cut_off=False)

    async def live(window: MainWindow) -> None:
        bar = window.live_page.run_bar
        window.controller.replay(past, 1.0)
        await until(lambda: window.state.run.phase == "running", "the replay runs")
        window.state.changed()
        assert (bar.headline.origin_pill.isHidden(), bar.headline.origin_pill.text()) == (False, "Replay")
        assert bar.start_button.text() == "Replaying"
        assert bar.start_button.property("kind") != "running", "not the green of a live run"
        window.controller.stop()
        await until(lambda: bool(window.live_page.banners.banners()), "the end is shown")
        (banner,) = window.live_page.banners.banners()
        assert banner.problem.what == "Replay stopped."
        assert bar.headline.streaming_pill.isHidden()

    stage(Waiting, live)
