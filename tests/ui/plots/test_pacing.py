"""The pacing plot: the p99 over time against its limit."""

from __future__ import annotations

import weakref

import pyqtgraph as pg
import pytest

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.plots.pacing import PacingPlot
from tests.ui import scripted
from tests.ui.plots.conftest import MakePlot


def paced(t: float, p99_ms: float | None, max_ms: float | None = None) -> Snapshot:
    return Snapshot(t=t, ledger={}, pacing=Percentiles(n=1, p99_ms=p99_ms, max_ms=max_ms))


def test_the_p99_is_drawn_and_saved(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(PacingPlot)
    for event in (paced(1.0, 1.8), paced(1.1, None), paced(1.2, 2.4)):
        model.feed(event)
    plot.draw()
    ((_name, xs, ys),) = plot.columns()
    assert (list(xs), list(ys)) == ([1.0, 1.2], [1.8, 2.4])
    (curve,) = plot.item.listDataItems()
    assert [list(data) for data in curve.getData()] == [[1.0, 1.2], [1.8, 2.4]]


def test_the_limit_is_that_of_the_engine(make_plot: MakePlot) -> None:
    plot = make_plot(PacingPlot)
    (limit,) = [item for item in plot.item.items if isinstance(item, pg.InfiniteLine)]
    assert limit.value() == PACING_P99_MAX_MS
    assert limit.pen.color().name() == plot.theme.current.danger


@pytest.mark.parametrize(("p99_ms", "top"), [(1.0, 5.0), (7.0, 10.0), (480.0, 500.0), (9_000.0, 9_900.0)])
def test_the_axis_ends_at_the_next_step(model: RunModel, make_plot: MakePlot, p99_ms: float, top: float) -> None:
    plot = make_plot(PacingPlot)
    model.feed(paced(1.0, p99_ms))
    plot.draw()
    low, high = plot.item.viewRange()[1]
    assert high == pytest.approx(top, rel=0.03)
    assert low == pytest.approx(0.0, abs=0.03 * top)


def test_the_newest_figures_stand_under_it_with_a_decimal(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(PacingPlot)
    plot.draw()
    assert plot.footer.text() == ""
    model.feed(paced(1.0, 1.84, 3.0))
    plot.draw()
    assert "1.8 ms" in plot.footer.text()
    assert "3.0 ms" in plot.footer.text()


def test_what_came_while_another_page_was_shown_is_drawn_when_it_is_seen_again(
    model: RunModel, make_plot: MakePlot
) -> None:
    plot = make_plot(PacingPlot)
    plot.show()
    plot.hide()
    model.feed(paced(1.0, 1.84, 3.0))
    plot.refresh()
    assert plot.footer.text() == "", "nothing is drawn for nobody"
    plot.show()
    assert "1.8 ms" in plot.footer.text()


def test_the_next_run_with_as_many_points_is_drawn(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(PacingPlot)
    model.feed(paced(1.0, 1.8))
    plot.draw()
    drawn = weakref.ref(model.pacing_p99)
    model.reset(scripted.plan(2))
    assert drawn() is not None, "or the next series could have its identity"
    model.feed(paced(1.0, 2.4))
    plot.draw()
    (curve,) = plot.item.listDataItems()
    assert list(curve.getData()[1]) == [2.4]
    assert drawn() is None
