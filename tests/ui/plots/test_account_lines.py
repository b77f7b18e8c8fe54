"""The curves and lanes of a run's load and its account."""

from __future__ import annotations

import pyqtgraph as pg
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.plots.account_lines import AccountLines, account_entries
from flux_desktop.ui.plots.axis_style import style_axes
from flux_desktop.ui.style.theme import ThemeSource
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui.models.capacities import LIMIT, rung
from tests.ui.models.test_capacity import progress


def bars_of(lines: AccountLines) -> list[str]:
    return [part.toolTip() for part in lines.items if isinstance(part, pg.BarGraphItem)]


def test_verdicts_and_instances_are_lanes_with_words(qtbot: QtBot, theme: ThemeSource) -> None:
    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    widget.resize(900, 300)
    lines = AccountLines(widget.getPlotItem())
    model = CapacityModel()
    model.begin((LIMIT,))
    model.take_progress(progress(400.0, 16, 16))
    model.take_rung(rung(16, "PASS"))
    model.observed.records = records()
    words = lines.draw(model, theme.current)
    assert words == "Load over time: up to 16 streams in 06:40, none refused, 2 instances in service"
    assert bars_of(lines) == [
        "PASS with 16 streams",
        "1 in service, 1 desired",
        "1 in service, 2 desired",
        "2 in service, 2 desired",
    ]
    names = [part.textItem.toPlainText() for part in lines.items if isinstance(part, pg.TextItem)]
    assert names[0] == "● 16", "a verdict has a shape, not only a colour"
    assert "2 in service" in names
    assert [entry.words for entry in account_entries(model, "limited figure")] == [
        "planned",
        "open",
        "CloudWatch, one instance",
        "scaling target",
        "limited figure, ms (right)",
    ]
    drawn = len(lines.items)
    lines.draw(model, theme.current)
    assert len(lines.items) == drawn, "the old ones are taken away"


def test_axes_take_the_colours_of_the_theme(qtbot: QtBot, theme: ThemeSource) -> None:
    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    style_axes(widget.getPlotItem(), theme.current)
    axis = widget.getPlotItem().getAxis("left")
    assert axis.textPen().color().name() == theme.current.muted.lower()
