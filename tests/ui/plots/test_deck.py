"""Several plots in one place: one in front, its buttons beside the tabs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.plots.deck import PlotDeck
from flux_desktop.ui.plots.level import LevelPlot
from flux_desktop.ui.plots.pacing import PacingPlot
from tests.ui.plots.conftest import MakePlot


class Bench:
    """A deck of two plots, and what it reports."""

    def __init__(self, first: PlotPanel, second: PlotPanel) -> None:
        self.first, self.second = first, second
        self.deck = PlotDeck({"First": first, "Second": second})
        self.chosen: list[str] = []
        self.deck.chosen.connect(self.chosen.append)
        self.deck.show()

    @property
    def shown(self) -> tuple[bool, bool]:
        return self.first.isVisible(), self.second.isVisible()


@pytest.fixture
def bench(make_plot: MakePlot) -> Iterator[Bench]:
    bench = Bench(make_plot(PacingPlot), make_plot(LevelPlot))
    yield bench
    bench.deck.close()
    bench.deck.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_first_plot_is_in_front_with_its_own_buttons(bench: Bench) -> None:
    assert bench.deck.front == "First"
    assert bench.shown == (True, False)
    for plot, visible in ((bench.first, True), (bench.second, False)):
        assert plot.pause_button.isVisible() is visible
        assert plot.save_button.isVisible() is visible
    assert bench.first.title.isHidden(), "the tab has its name"


def test_a_persons_choice_is_reported(bench: Bench) -> None:
    bench.deck.tabs.setCurrentIndex(1)
    assert (bench.deck.front, bench.shown, bench.chosen) == ("Second", (False, True), ["Second"])
    assert bench.second.save_button.isVisible()
    assert not bench.first.save_button.isVisible()


def test_the_programs_choice_is_not_reported(bench: Bench) -> None:
    bench.deck.show_plot("Second")
    assert (bench.deck.front, bench.chosen) == ("Second", [])
    bench.deck.show_plot("Third")
    assert bench.deck.front == "Second"
    bench.deck.tabs.setCurrentIndex(0)
    assert bench.chosen == ["First"], "reports go on afterwards"


def test_a_plot_without_a_tab_cannot_be_shown(bench: Bench) -> None:
    bench.deck.show_plot("Second")
    bench.deck.set_offered("Second", False)
    assert bench.deck.front == "First"
    assert bench.chosen == []
    bench.deck.show_plot("Second")
    assert bench.deck.front == "First"
    bench.deck.set_offered("Second", True)
    bench.deck.show_plot("Second")
    assert bench.deck.front == "Second"
