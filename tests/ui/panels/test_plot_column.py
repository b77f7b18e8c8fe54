"""The column of plots: built once and late, the microphone's level in front while it is the source."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import USER_CLOCK, WIRE_CLOCK
from flux_desktop.ui.panels.enlarged_plot import EnlargedPlot
from flux_desktop.ui.panels.plot_column import LEVEL, PlotColumn
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.theme import ThemeSource


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def column(qapp: QApplication, theme: ThemeSource, state: AppState) -> Iterator[PlotColumn]:
    column = PlotColumn(theme, state)
    yield column
    column.close()
    column.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_before_it_is_built_nothing_fails(column: PlotColumn, state: AppState) -> None:
    column.set_front(1)
    column.set_microphone(True)
    column.switch_clock()
    column.show_plot("Streams")
    column.pause(True)
    column.refresh()
    assert (column.plots, state.choices.plot) == ([], "Pacing")


def test_it_is_built_once_with_what_was_remembered(column: PlotColumn, state: AppState) -> None:
    state.choices.plot, state.choices.latency_clock = "Streams", WIRE_CLOCK
    column.build()
    plots = list(column.plots)
    column.build()
    assert column.plots == plots
    assert len(plots) == 6
    assert column.deck.front == "Streams"
    assert column.latency.clock_box.currentIndex() == 1


def test_the_clock_is_switched_and_remembered(column: PlotColumn, state: AppState) -> None:
    column.build()
    column.switch_clock()
    assert state.choices.latency_clock == WIRE_CLOCK
    column.switch_clock()
    assert state.choices.latency_clock == USER_CLOCK


def test_a_chosen_plot_is_remembered_and_the_level_is_not(column: PlotColumn, state: AppState) -> None:
    column.build()
    column.show_plot("Streams")
    assert state.choices.plot == "Streams"
    column.set_microphone(True)
    assert column.deck.front == LEVEL
    column.show_plot(LEVEL)
    assert state.choices.plot == "Streams"
    column.deck.tabs.setCurrentIndex(0)
    assert state.choices.plot == "Pacing"
    column.set_microphone(False)
    assert column.deck.front == "Pacing"
    column.show_plot(LEVEL)
    assert column.deck.front == "Pacing", "without a microphone there is no level"


def test_the_connection_in_front_is_that_of_both_plots(column: PlotColumn) -> None:
    column.build()
    column.set_front(2)
    assert column.latency._front == column.end_of_turn._front == 2


def test_all_plots_are_paused_together(column: PlotColumn) -> None:
    column.build()
    column.pause(True)
    assert all(plot.paused for plot in column.plots)
    column.pause(False)
    assert not any(plot.paused for plot in column.plots)


def test_a_refresh_draws_the_plots_that_are_seen(column: PlotColumn, monkeypatch: pytest.MonkeyPatch) -> None:
    column.build()
    column.resize(372, 800)
    column.show()
    drawn: list[str] = []
    for name in ("latency", "end_of_turn", "pacing", "streams", "level"):
        monkeypatch.setattr(getattr(column, name), "draw", lambda name=name: drawn.append(name))
    column.refresh()
    assert drawn == ["latency", "end_of_turn", "pacing"]


@pytest.mark.parametrize("by", ["double click", "Enter"])
def test_a_plot_is_enlarged_and_put_back(qtbot: QtBot, column: PlotColumn, by: str) -> None:
    column.build()
    column.resize(400, 700)
    column.show()

    def toggle(plot: PlotPanel) -> None:
        if by == "Enter":
            QTest.keyClick(plot.plot, Qt.Key.Key_Return)
        else:
            QTest.mouseDClick(plot.plot.viewport(), Qt.MouseButton.LeftButton)

    for plot, widget in ((column.end_of_turn, column.end_of_turn), (column.pacing, column.deck)):
        place = column.layout().indexOf(widget)
        toggle(plot)
        enlarged = plot.window()
        assert isinstance(enlarged, EnlargedPlot)
        assert enlarged.windowTitle() == plot.heading
        assert column.layout().indexOf(widget) < 0
        assert plot.isVisible()
        toggle(plot)
        assert column.layout().indexOf(widget) == place
        assert plot.window() is column
        assert plot.isVisible()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    toggle(column.latency)
    QTest.keyClick(column.latency.window(), Qt.Key.Key_Escape)
    assert column.layout().indexOf(column.latency) == 0
    assert column.latency.isVisible()
