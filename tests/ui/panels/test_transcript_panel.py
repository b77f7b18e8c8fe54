"""Tabs of transcripts: one for each connection up to a limit, the table, and the search through all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.panels.conversation_view import ConversationView
from flux_desktop.ui.panels.transcript_panel import OVERVIEW, TIMELINE_FROM_PX, TranscriptPanel
from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from tests.ui import scripted


class Bench:
    """A panel, and which connections it reported as shown."""

    def __init__(self, theme: ThemeSource) -> None:
        self.model = RunModel()
        self.panel = TranscriptPanel(theme, self.model)
        self.shown: list[int] = []
        self.panel.shown.connect(self.shown.append)

    def run(self, connections: int) -> None:
        self.model.reset(scripted.plan(connections))
        for conn in self.model.conversations:
            card = Card(index=0, tone="final", text=f"words of {conn}")
            self.model.conversation(conn).cards.append(card)
        self.panel.refresh()

    @property
    def tabs(self) -> list[str]:
        return [self.panel.tabs.tabText(place) for place in range(self.panel.tabs.count())]


@pytest.fixture
def bench(qapp: QApplication, theme: ThemeSource) -> Iterator[Bench]:
    bench = Bench(theme)
    yield bench
    bench.panel.close()
    bench.panel.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_before_the_first_run_only_the_empty_page_is_shown(bench: Bench) -> None:
    bench.panel.refresh()
    panel = bench.panel
    assert panel.stack.currentWidget() is panel.empty
    assert (panel.tabs.isHidden(), panel.search.isHidden(), panel.timeline.isHidden()) == (True, True, True)
    assert (panel.current(), panel.selected(), panel.views()) == (None, [], [])
    panel.step(1)  # there is nothing to step to


def test_the_empty_page_says_what_is_missing(bench: Bench) -> None:
    hints = set()
    for ready in (True, False):
        for microphone in (True, False):
            bench.panel.empty.set_ready(ready=ready, microphone=microphone)
            hints.add(bench.panel.empty.hint.text())
    assert len(hints) == 4
    offer = bench.panel.empty.start_button.text()
    bench.panel.empty.set_ready(ready=True, microphone=False)
    assert bench.panel.empty.start_button.text() != offer, "the sample is offered only without a recording"
    pressed: list[None] = []
    bench.panel.start_clicked.connect(lambda: pressed.append(None))
    bench.panel.empty.start_button.click()
    assert len(pressed) == 1


def test_a_run_has_a_tab_for_each_connection_with_the_first_in_front(bench: Bench) -> None:
    bench.run(3)
    assert bench.tabs[1:] == ["#1", "#2", "#3"]
    assert bench.panel.current() == 1
    assert bench.shown == [1]
    assert not bench.panel.tabs.isHidden()
    assert [view.conversation.conn for view in bench.panel.views()] == [1, 2, 3]


def test_a_tab_names_the_clip_that_its_connection_sends(bench: Bench) -> None:
    bench.run(2)
    bench.model.feed(ClipStarted(t=1.0, conn=2, clip="/data/a&b.flac", audio_s=0.0))
    for width_px, name in ((1000, "#2 a&&b"), (480, "#2"), (1000, "#2 a&&b")):
        bench.panel.resize(width_px, 700)
        bench.panel.refresh_icons()
        assert bench.tabs[1:] == ["#1", name]
    assert bench.panel.tabs.tabToolTip(2).endswith("a&b")


def test_many_connections_get_their_tabs_when_they_are_opened(bench: Bench) -> None:
    bench.run(TABS_MAX + 5)
    assert len(bench.tabs) == TABS_MAX + 1
    bench.panel.show_connection(TABS_MAX + 3)
    assert bench.panel.current() == TABS_MAX + 3
    assert len(bench.tabs) == TABS_MAX + 2
    bench.panel.show_connection(TABS_MAX + 3)
    assert len(bench.tabs) == TABS_MAX + 2


def test_another_run_replaces_the_tabs(bench: Bench) -> None:
    bench.run(3)
    bench.panel.show_connection(3)
    bench.run(2)
    assert (len(bench.tabs), bench.panel.current()) == (3, 1)
    conversations = [view.conversation for view in bench.panel.views()]
    assert conversations == list(bench.model.conversations.values())


def test_stepping_goes_around(bench: Bench) -> None:
    bench.run(2)
    fronts = []
    for _ in range(3):
        bench.panel.step(1)
        fronts.append(bench.panel.current())
    assert fronts == [2, None, 1], "the table of all is among them"
    bench.panel.step(-1)
    assert bench.panel.stack.currentWidget() is bench.panel.overview


def test_the_selected_connections_are_the_rows_or_the_one_in_front(bench: Bench) -> None:
    bench.run(3)
    bench.panel.show_connection(2)
    assert bench.panel.selected() == [2]
    bench.panel.tabs.setCurrentIndex(0)
    assert bench.panel.selected() == []
    bench.panel.overview.selectRow(2)
    assert bench.panel.selected() == [3]


def test_the_table_opens_a_connection(bench: Bench) -> None:
    bench.run(2)
    bench.panel.tabs.setCurrentIndex(0)
    bench.panel.overview.opened.emit(2)
    assert bench.panel.current() == 2


def test_a_search_replaces_the_transcript_until_a_hit_is_opened(bench: Bench) -> None:
    bench.run(3)
    bench.panel.search.setText("words of 3")
    assert bench.panel.stack.currentWidget() is bench.panel.results
    assert bench.panel.results.list.count() == 1
    assert bench.panel.current() is None
    bench.panel.results.opened.emit(3, 0)
    assert bench.panel.search.text() == ""
    assert bench.panel.current() == 3
    view = bench.panel.current_view()
    assert isinstance(view, ConversationView)
    assert view.turns.currentIndex().row() == 0


def test_found_turns_follow_the_run(bench: Bench) -> None:
    bench.run(2)
    bench.panel.search.setText("words")
    bench.model.conversation(1).cards.append(Card(index=1, tone="final", text="more words"))
    bench.model.revision += 1
    bench.panel.refresh_icons()
    assert bench.panel.results.list.count() == 3


def test_tabs_are_marked_with_the_state_of_their_connection(bench: Bench) -> None:
    bench.run(2)
    before = bench.panel.tabs.tabToolTip(1)
    bench.model.feed(ConnectionChanged(t=1.0, conn=1, state=ConnectionState.STREAMING))
    bench.panel.refresh_icons()
    assert bench.panel.tabs.tabToolTip(1) not in {"", before}
    assert bench.panel.tabs.tabToolTip(2) == before
    assert not bench.panel.tabs.tabIcon(1).isNull()


def test_an_export_names_its_connection(bench: Bench) -> None:
    bench.run(2)
    wanted: list[tuple[int, str]] = []
    bench.panel.export_wanted.connect(lambda conn, suffix: wanted.append((conn, suffix)))
    bench.panel.views()[1].export_wanted.emit("srt")
    assert wanted == [(2, "srt")]


def test_the_overview_stays_in_place_beside_the_tabs(bench: Bench) -> None:
    bench.run(3)
    button = bench.panel.overview_button
    assert not bench.panel.tabs.isTabVisible(OVERVIEW)
    assert not button.isChecked()
    button.click()
    assert bench.panel.stack.currentWidget() is bench.panel.overview
    assert button.isChecked()
    bench.panel.show_connection(2)
    assert not button.isChecked()


def test_a_run_of_many_connections_begins_with_the_overview(bench: Bench) -> None:
    bench.run(TABS_MAX + 1)
    assert bench.panel.stack.currentWidget() is bench.panel.overview


def test_tabs_can_be_closed_and_opened_again(bench: Bench) -> None:
    bench.run(3)
    bench.panel.show_connection(2)
    bench.panel.close_current()
    assert bench.tabs == ["Overview", "#1", "#3"]
    assert bench.panel.current() in {1, 3}
    bench.panel.tabs.close_wanted.emit([2, 3])
    assert bench.tabs == ["Overview", "#1"]
    bench.panel.close_tab(1)
    assert bench.tabs == ["Overview"]
    assert bench.panel.stack.currentWidget() is bench.panel.overview
    bench.panel.refresh()
    bench.panel.overview.opened.emit(3)
    assert bench.panel.current() == 3


def test_a_connection_is_found_by_its_number(bench: Bench) -> None:
    bench.run(TABS_MAX + 8)
    bench.panel.search.setText("#17")
    item = bench.panel.results.list.item(0)
    assert item is not None
    assert item.text() == "#17 · connection 17"
    bench.panel.search.returnPressed.emit()
    assert bench.panel.current() == 17
    assert bench.panel.search.text() == ""


def test_the_timeline_gives_way_where_the_text_has_no_height(bench: Bench) -> None:
    panel = bench.panel
    panel.resize(600, 500)
    bench.run(3)
    assert not panel.timeline.isHidden()
    panel.resize(600, TIMELINE_FROM_PX - 1)
    panel.show()
    assert panel.timeline.isHidden()
    panel.resize(600, 500)
    assert not panel.timeline.isHidden()


def test_a_turn_that_is_picked_on_the_timeline_is_selected_in_the_transcript(bench: Bench) -> None:
    bench.run(2)
    cards = bench.model.conversation(2).cards
    for index in range(1, 4):
        cards.append(Card(index=index, tone="final", text=f"turn {index}"))
    bench.panel.timeline.view.turn_picked.emit(2, cards[2])
    view = bench.panel.current_view()
    assert view is not None
    assert (bench.panel.current(), view.turns.currentIndex().row()) == (2, 2)


def test_the_connection_in_front_is_the_one_with_a_waveform(bench: Bench) -> None:
    bench.run(3)
    bench.panel.show_connection(3)
    assert bench.panel.timeline.view.accessibleName() == "Timeline of connection 3"
    bench.panel.timeline.lanes.picked.emit(1)
    assert bench.panel.current() == 1


def test_the_search_is_whole_in_the_narrowest_page(bench: Bench, qtbot: QtBot) -> None:
    bench.run(12)
    host = QWidget()  # a window of its own would not become narrower than what is in it
    qtbot.addWidget(host)
    bench.panel.setParent(host)
    bench.panel.setStyleSheet(stylesheet(DARK))
    bench.panel.show()
    for width, search_px in ((348, 100), (900, 176)):
        bench.panel.resize(width, 560)
        host.grab()
        assert bench.panel.search.width() >= search_px
        assert bench.panel.search.geometry().right() < width
    bench.panel.setParent(None)
