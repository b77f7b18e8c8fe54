"""The plots: what they draw, save and tell of the place under the mouse."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Percentiles
from flux_desktop.ui.models.ledger_history import ORDER, LedgerHistory
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.plots.latency import WIRE
from flux_desktop.ui.plots.streams import TOKENS
from flux_desktop.ui.widgets.legend import Entry, Legend
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, press_together, until
from tests.ui.scripted_engines import Waiting, replaying, with_sample


def history(*ledgers: dict[str, int]) -> LedgerHistory:
    ledger_history = LedgerHistory()
    for second, ledger in enumerate(ledgers):
        ledger_history.take(float(second), ledger)
    return ledger_history


def test_classes_stand_on_each_other_and_add_up_to_the_plan() -> None:
    ledger_history = history(
        {"waiting": 10},
        {"waiting": 4, "streaming": 6},
        {"streaming": 7, "completed": 3, "waiting": 0},
        {"completed": 10},
    )
    stacked = ledger_history.stacked()
    assert [name for name, _x, _y in stacked] == ["completed", "streaming", "waiting"]
    top_x, top_y = stacked[-1][1:]
    assert list(top_x) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert list(top_y) == [0, 10, 10, 10, 10, 10, 10, 10]
    assert list(stacked[0][2]) == [0, 0, 0, 0, 0, 3, 3, 10]
    assert list(stacked[1][2]) == [0, 0, 0, 6, 6, 10, 10, 10]
    assert ledger_history.counts == {"completed": 10}


def test_an_unchanged_ledger_costs_no_points() -> None:
    ledger_history = history(*[{"streaming": 200}] * 1_000)
    assert ledger_history.revision == 1
    x, y = ledger_history.steps("streaming")
    assert list(x) == [0, 0, 999]
    assert list(y) == [0, 200, 200]


def test_every_state_and_class_has_a_colour_and_a_place() -> None:
    known = {str(name) for name in (*ConnectionState, *LedgerClass)} - {str(ConnectionState.ENDED)}
    assert set(ORDER) == set(TOKENS) == known, "a stream that has ended is in a class"
    assert len(set(TOKENS.values())) == len(TOKENS), "no colour stands for two"


def test_a_legend_without_room_says_that_there_is_more(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        legend = Legend(window.theme, lines_max=2)
        legend.resize(300, 32)
        few = tuple(Entry(f"{n} never Connected", "danger") for n in range(3))
        legend.show_entries(few)
        with_few = legend.grab().toImage()
        legend.show_entries((*few, *(Entry(f"{n} completed", "accent") for n in range(3))))
        with_many = legend.grab().toImage()
        assert with_few != with_many
        assert "2 completed" in legend.toolTip()
        legend.show_entries((*few, Entry("9 in another class", "accent"), Entry("8 completed", "accent")))
        assert legend.grab().toImage() != with_many, "it says how many more"

    stage(Waiting, live)


async def shown(window: MainWindow) -> None:
    await with_sample(window)
    window.starter.start()
    await until(lambda: window.state.run.ended is not None and bool(window.live_page.plots.plots), "the run has ended")
    window.live_page.plots.refresh()


def hover(plot: PlotPanel, x: float, y: float) -> str:
    where = plot.item.vb.mapViewToScene(QPointF(x, y))
    plot._moved((where,))
    return plot.footer.text()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def changing_events() -> list[object]:
    """A run in which streams wait, stream, end and fail."""
    ledgers = [{"waiting": 4}, {"streaming": 4}, {"streaming": 2, "completed": 1, "failed in mid-stream": 1}]
    events = []
    for event in scripted.scripted_run(2):
        if isinstance(event, Snapshot):
            event.ledger = ledgers[min(2, int(event.t / 4))]
        events.append(event)
    return events


def test_streams_by_class_over_time(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        await shown(window)
        deck, plot = window.live_page.plots.deck, window.live_page.plots.streams
        press_together(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        assert deck.front == "Streams"
        window.live_page.plots.refresh()
        assert plot.legend.accessibleName() == "Legend: 2 completed"
        assert hover(plot, 2.0, 1.0) == "at 2.0 s: 4 waiting"
        assert hover(plot, 9.0, 1.0) == "at 9.0 s: 1 completed · 1 failed in mid-stream · 2 streaming"
        plot.save(tmp_path / "streams.csv")
        classes = {row["series"] for row in rows(tmp_path / "streams.csv")}
        assert classes == {"waiting", "streaming", "completed", "failed in mid-stream"}
        plot.save(tmp_path / "streams.png")
        picture = QImage(str(tmp_path / "streams.png"))
        assert picture.pixelColor(3, 3).name() == window.theme.current.panel
        assert picture.height() > plot.height() + 30, "there is room for the title, which is the deck's on the screen"
        plot.save(tmp_path / "no such folder" / "streams.png")
        assert plot.footer.isVisible(), "why it failed takes the legend's place"
        plot.pause_button.click()
        assert plot.paused
        before = plot.item.viewRange()
        window.state.run.now_s += 100
        window.live_page.plots.refresh()
        assert plot.item.viewRange() == before
        plot.pause_button.click()
        assert plot.item.viewRange() != before
        window.theme.toggle()
        assert plot.legend.grab().toImage() != QImage()

    stage(replaying(changing_events()), live)  # type: ignore[arg-type]


def test_the_latency_by_either_clock(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        await shown(window)
        plot = window.live_page.plots.latency
        assert plot.legend.accessibleName().startswith("Legend: p50 251, p95 31")
        assert "from speech to text" in plot.subtitle.text()
        user = hover(plot, 5.0, 100.0)
        assert user.startswith("at 5.0 s: p50 251 ms · p95 31")
        plot.leaveEvent(None)
        plot._show_legend(Percentiles(n=3110, p50_ms=46.0))
        assert plot._words == "in ms · 3,110 updates"
        press_together(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        assert plot.clock is WIRE
        assert plot.legend.accessibleName().startswith("Legend: p50 240, p95 300, p99 380")
        assert "network and server only" in plot.subtitle.text()
        assert "connection 1" in {row["series"] for row in saved(plot, tmp_path / "wire.csv")}
        conversation = window.state.run.conversation(1)
        differences = conversation.latency.y - conversation.wire_latency.y
        assert list(differences) == pytest.approx([scripted.WIRE_LESS_MS] * len(differences))
        drawn = plot._line.getData()[1]
        assert list(drawn) == list(conversation.wire_latency.y)
        assert settings.collect(window.state).choices.latency_clock == "wire"

    stage(replaying(scripted.scripted_run(2)), live)


def saved(plot: PlotPanel, path: Path) -> list[dict[str, str]]:
    plot.save(path)
    return rows(path)


def test_the_third_place_is_the_microphones_while_it_is_the_sound(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await until(lambda: bool(window.live_page.plots.plots), "the plots are there")
        window.preview.levels.update = lambda wanted: None  # type: ignore[method-assign]
        window.preview.devices.watch = lambda on: None  # type: ignore[method-assign]
        deck = window.live_page.plots.deck
        assert not deck.tabs.isTabVisible(2)
        deck.tabs.setCurrentIndex(1)
        window.live_page.sound_panel.use_microphone(True)
        assert (deck.front, window.live_page.plots.level.isVisible()) == ("Level", True)
        assert not window.live_page.plots.level.pause_button.isHidden()
        assert window.live_page.plots.streams.pause_button.isHidden()
        window.live_page.sound_panel.use_microphone(False)
        assert deck.front == "Streams"
        assert settings.collect(window.state).choices.plot == "Streams"

    stage(Waiting, live)
