"""The microphone's level over time."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.plots.base import WINDOW_S
from flux_desktop.ui.plots.level import LevelPlot
from tests.ui.plots.conftest import MakePlot


def measured(t: float, rms_dbfs: float, peak_dbfs: float) -> LevelMeasured:
    return LevelMeasured(t=t, rms_dbfs=rms_dbfs, peak_dbfs=peak_dbfs)


def test_both_curves_are_drawn_and_saved(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(LevelPlot)
    for event in (measured(1.0, -30.0, -20.0), measured(1.08, -28.0, -18.0)):
        model.feed(event)
    plot.draw()
    columns = {name: (list(xs), list(ys)) for name, xs, ys in plot.columns()}
    assert columns == {"peak": ([1.0, 1.08], [-20.0, -18.0]), "RMS": ([1.0, 1.08], [-30.0, -28.0])}
    drawn = [[list(data) for data in curve.getData()] for curve in plot.item.listDataItems()]
    assert [[1.0, 1.08], [-30.0, -28.0]] in drawn
    assert [[1.0, 1.08], [-20.0, -18.0]] in drawn


def test_the_legend_has_the_newest_figures(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(LevelPlot)
    plot.draw()
    empty = plot.legend.accessibleName()  # type: ignore[attr-defined]
    assert "–" in empty
    model.feed(measured(1.0, -30.4, -20.6))
    plot.draw()
    name = plot.legend.accessibleName()  # type: ignore[attr-defined]
    assert "-30" in name
    assert "-21" in name


def test_the_newest_seconds_stay_in_view_also_before_a_run(model: RunModel, make_plot: MakePlot) -> None:
    plot = make_plot(LevelPlot)
    model.microphone.preview(measured(100.0, -30.0, -20.0))
    plot.draw()
    (left, right), (low, high) = plot.item.viewRange()
    assert right - left == pytest.approx(WINDOW_S)
    assert 100.0 <= right < 101.0
    assert low <= -60
    assert high >= 0
