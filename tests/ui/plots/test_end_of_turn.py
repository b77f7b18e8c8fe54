"""The end-of-turn plot: a bar for each ended turn, split into deciding and delivering."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.plots.end_of_turn import TURNS_SHOWN, EndOfTurnPlot, TurnAxis
from tests.ui import scripted
from tests.ui.plots.conftest import MakePlot


@pytest.fixture
def plot(make_plot: MakePlot) -> EndOfTurnPlot:
    plot = make_plot(EndOfTurnPlot)
    assert isinstance(plot, EndOfTurnPlot)
    return plot


def ended(model: RunModel, conn: int, *turns: tuple[float | None, float | None]) -> None:
    """Cards with these times of deciding and delivering."""
    cards = model.conversation(conn).cards
    for decision_ms, latency_ms in turns:
        cards.append(Card(index=len(cards), tone="final", decision_ms=decision_ms, latency_ms=latency_ms))


def bars(plot: EndOfTurnPlot) -> list[tuple[float, float, float]]:
    """Turn, and the heights of both parts; the second part must stand on the first one."""
    decision, delivery = plot._decision.opts, plot._delivery.opts
    assert list(delivery["y0"]) == list(decision["height"])
    return list(zip(decision["x"], decision["height"], delivery["height"], strict=True))


def test_the_turns_of_the_connection_in_front_are_drawn(plot: EndOfTurnPlot, model: RunModel) -> None:
    ended(model, 1, (400.0, 250.0), (None, 300.0), (-20.0, 260.0))
    ended(model, 2, (100.0, 100.0))
    plot.draw()
    assert plot.columns()[0][1].size == 3, "the first connection while the overview is in front"
    plot.set_front(1)
    plot.draw()
    assert bars(plot) == [(0.0, 400.0, 250.0), (1.0, 0.0, 300.0), (2.0, 0.0, 260.0)]
    plot.set_front(2)
    plot.draw()
    assert bars(plot) == [(0.0, 100.0, 100.0)]


def test_only_turns_with_a_measured_end_count(plot: EndOfTurnPlot, model: RunModel) -> None:
    ended(model, 1, (400.0, None))
    model.conversation(1).cards.append(Card(index=1, tone="listening", latency_ms=1.0))
    plot.set_front(1)
    plot.draw()
    assert [xs.size for _name, xs, _ys in plot.columns()] == [0, 0]


def test_only_the_newest_turns_are_drawn_and_all_are_saved(plot: EndOfTurnPlot, model: RunModel) -> None:
    ended(model, 1, *[(100.0, 100.0)] * (TURNS_SHOWN + 6))
    plot.set_front(1)
    plot.draw()
    assert [bar[0] for bar in bars(plot)] == list(range(6, TURNS_SHOWN + 6))
    assert plot.columns()[0][1].size == TURNS_SHOWN + 6
    left, right = plot.item.viewRange()[0]
    assert left < 6
    assert right > TURNS_SHOWN + 5


def test_an_unknown_decision_is_saved_as_a_gap(plot: EndOfTurnPlot, model: RunModel) -> None:
    ended(model, 1, (None, 300.0))
    plot.set_front(1)
    (_d, _x, decisions), (_l, _x2, deliveries) = plot.columns()
    assert np.isnan(decisions).all()
    assert list(deliveries) == [300.0]


def test_the_axis_has_room_for_the_highest_bar(plot: EndOfTurnPlot, model: RunModel) -> None:
    plot.set_front(1)
    ended(model, 1, (400.0, 250.0))
    plot.draw()
    assert plot.item.viewRange()[1][1] == pytest.approx(1_000, rel=0.03)


def test_the_run_s_figures_stand_under_it(plot: EndOfTurnPlot, model: RunModel) -> None:
    plot.draw()
    assert plot.footer.text() == ""
    model.feed(Snapshot(t=1.0, ledger={}))
    plot.draw()
    without_turns = plot.footer.text()
    assert without_turns
    model.conversation(1).turns.append(Turn(index=0, ended_by="closed"))
    plot.draw()
    assert plot.footer.text() == "no turn has an end to measure yet"
    ended(model, 1, (None, 250.0))
    plot.draw()
    assert plot.footer.text().startswith("delivery only"), "there were turns, but no word times"
    figures = {
        "end_of_turn": Percentiles(n=7, p50_ms=640.0, p95_ms=810.0),
        "end_decision": Percentiles(n=7, p50_ms=390.0),
        "end_delivery": Percentiles(n=7, p50_ms=251.0),
    }
    model.feed(Snapshot(t=2.0, ledger={}, figures=figures))
    plot.draw()
    for figure in ("640 ms", "810 ms", "7"):
        assert figure in plot.footer.text()
    for figure in ("390 ms", "251 ms"):
        assert figure in plot.legend.accessibleName()


def test_ticks_are_whole_turns(plot: EndOfTurnPlot) -> None:
    axis = plot.item.getAxis("bottom")
    assert isinstance(axis, TurnAxis)
    ((step, ticks),) = axis.tickValues(-0.5, 23.5, 300.0)
    assert (step, ticks) == (5.0, [0.0, 5.0, 10.0, 15.0, 20.0])
    assert axis.tickValues(2.5, 10.5, 2000.0) == [(1.0, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])]
    shown = axis.tickStrings([-1.0, 2.0, 2.5], 1.0, 1.0)
    assert (shown[0], shown[2]) == ("", "")
    assert "2" in shown[1]


@pytest.mark.parametrize("width_px", [90.0, 200.0, 348.0, 1800.0])
@pytest.mark.parametrize(("first", "last"), [(-0.5, 7.5), (995.5, 1003.5), (976.5, 1000.5), (-200.0, 123_456.0)])
def test_labels_of_turns_have_a_gap(plot: EndOfTurnPlot, first: float, last: float, width_px: float) -> None:
    axis = plot.item.getAxis("bottom")
    ((step, ticks),) = axis.tickValues(first, last, width_px)
    metrics = QFontMetricsF(axis.style["tickFont"])
    widest_px = max((metrics.horizontalAdvance(words) for words in axis.tickStrings(ticks, 1.0, step)), default=0.0)
    assert step * width_px / (last - first) - widest_px >= 8


def test_bars_with_a_decision_are_not_called_delivery_only(plot: EndOfTurnPlot, model: RunModel) -> None:
    model.feed(Snapshot(t=1.0, ledger={"streaming": 1}))
    ended(model, 1, (400.0, 90.0))
    plot.draw()
    assert plot.footer.text() == "of a data set, only the turns of this connection"


def test_bars_and_footer_are_of_the_same_turns(plot: EndOfTurnPlot, model: RunModel) -> None:
    model.feed(Snapshot(t=1.0, ledger={"streaming": 1}))
    ended(model, 1, (400.0, 90.0))
    plot.draw()
    (card,) = model.conversation(1).cards
    card.decision_ms = None
    plot.draw()
    assert plot.footer.text().startswith("delivery only")
    assert bars(plot) == [(0.0, 0.0, 90.0)]


def test_the_bar_under_the_mouse_is_named_and_forgotten_with_its_run(plot: EndOfTurnPlot, model: RunModel) -> None:
    def point_at(x: float) -> str:
        plot._moved((plot.item.vb.mapViewToScene(QPointF(x, 50.0)),))
        return plot.footer.text()

    model.feed(Snapshot(t=1.0, ledger={"streaming": 1}))
    ended(model, 1, (400.0, 90.0), (None, 70.0))
    plot.draw()
    assert point_at(0.7) == "turn 1: delivery 70 ms", "its bar begins before 1"
    assert point_at(0.2) == "turn 0: decision 400 ms · delivery 90 ms"
    model.reset(scripted.plan(2))
    model.feed(Snapshot(t=1.0, ledger={"streaming": 1}))
    plot.draw()
    assert plot.footer.text() == "no turns have ended yet"


def test_it_returns_to_the_newest_turns_after_a_pause(plot: EndOfTurnPlot, model: RunModel) -> None:
    ended(model, 1, (400.0, 90.0))
    plot.show()
    plot.draw()
    before = plot.item.viewRange()
    plot.pause_button.setChecked(True)
    plot.item.setXRange(2.0, 3.0, padding=0)
    plot.item.setYRange(0.0, 30.0, padding=0)
    plot.pause_button.setChecked(False)
    assert plot.item.viewRange() == before


def test_a_table_states_turns(plot: EndOfTurnPlot, model: RunModel, tmp_path: Path) -> None:
    ended(model, 1, (400.0, 90.0))
    plot.save(tmp_path / "turns.csv")
    assert (tmp_path / "turns.csv").read_text().splitlines()[0] == "series,turn,value_ms"
