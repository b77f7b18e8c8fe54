"""What the window shows of a run's texts: transcripts, messages, search, and the table of all connections."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Received,
)
from flux_desktop.ui.views.turn_list import CARD_ROLE
from flux_desktop.ui.window.main_window import MainWindow
from tests.engine.messages import received
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import labels, replaying, with_ended_run, with_sample


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


def test_interim_text_is_painted_in_place_and_the_list_stays_at_its_end(stage: Stage) -> None:
    many = tuple(f"This is sentence number {n} of a long conversation." for n in range(40))

    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        turns = window.live_page.transcripts.views()[0].turns
        await until(lambda: turns.verticalScrollBar().maximum() > 0, "the list is laid out")
        assert turns.turns.rowCount() == 40
        assert turns.verticalScrollBar().value() == turns.verticalScrollBar().maximum()

    stage(replaying(scripted.scripted_run(1, many)), live)


def test_text_from_the_server_is_never_markup(stage: Stage) -> None:
    evil = '<b>bold</b><img src="file:///etc/passwd"> <a href="https://example.org">x</a>'

    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        view = window.live_page.transcripts.views()[0]
        assert view.conversation.transcript() == [evil]
        window.live_page.banners.show_problem(Problem(code="x", what=evil, why=evil, todo=evil))
        for label in window.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText or not label.text(), label.text()
            assert not label.openExternalLinks()

    stage(replaying(scripted.scripted_run(1, (evil,))), live)


def test_a_message_the_window_cannot_read_does_not_stop_it(stage: Stage) -> None:
    events = scripted.scripted_run(1)
    events.insert(30, received(events[29].t, 1, '{"type": 7'))  # type: ignore[union-attr]

    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        assert any("could not be read" in card.text for card in window.state.run.conversation(1).cards)

    stage(replaying(events), live)


def test_every_message_can_be_seen_and_filtered(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
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
        await with_ended_run(window)
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
        await with_ended_run(window)
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
        await with_ended_run(window)
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
