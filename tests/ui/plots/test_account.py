"""The account among the plots of the Live page."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.plot_column import PlotColumn
from flux_desktop.ui.plots.account import ACCOUNT, AccountPlot
from flux_desktop.ui.style.theme import ThemeSource
from tests.evaluation.capacity.test_account_timeline import records


def test_it_has_a_tab_once_something_is_known_of_the_account(qtbot: QtBot, theme: ThemeSource) -> None:
    state = AppState()
    column = PlotColumn(theme, state)
    qtbot.addWidget(column)
    column.build()
    deck = column.deck

    def offered() -> bool:
        column.refresh()
        return any(deck.tabs.tabText(n) == ACCOUNT and deck.tabs.isTabVisible(n) for n in range(deck.tabs.count()))

    assert not offered()
    state.observed.records = records()
    assert offered()
    column.show_plot(ACCOUNT)
    column.resize(372, 640)
    column.show()
    QApplication.processEvents()
    column.refresh()
    assert "2 instances in service" in column.account.plot.accessibleName()
    state.observed.clear()
    assert not offered()


def test_values_under_the_mouse_and_the_table(qtbot: QtBot, theme: ThemeSource) -> None:
    state = AppState()
    plot = AccountPlot(theme, state.observed)
    qtbot.addWidget(plot)
    state.observed.records = records()
    state.observed.take(ConnectionChanged(t=5.0, conn=1, state=ConnectionState.STREAMING))
    plot.draw()
    drawn = list(plot.lines.items)
    state.observed.take(ConnectionChanged(t=5.1, conn=1, state=ConnectionState.STREAMING))
    plot.draw()
    assert plot.lines.items == drawn, "once a second at most, however many streams open"
    state.observed.take(ConnectionChanged(t=6.1, conn=1, state=ConnectionState.STREAMING))
    plot.draw()
    assert plot.lines.items != drawn
    assert plot.values_at(60.0) == ["1 open", "12 by CloudWatch", "1 instances in service", "2 desired"]
    assert [name for name, _x, _y in plot.columns()] == ["open", "by CloudWatch", "instances in service", "desired"]
    words = plot.legend.accessibleName()
    assert "CloudWatch, one instance" in words
    assert "latency" not in words
    assert "Scaling policy: 10 streams per instance" in plot.plot.toolTip()
