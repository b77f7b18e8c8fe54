"""The curve of a capacity search."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_rungs import VERDICT_TOKENS
from flux_desktop.ui.plots.capacity_curve import SYMBOLS, CapacityCurve
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import LIMIT, report, rung


def test_it_grows_rung_by_rung_and_ends_with_the_bracket(qtbot: QtBot, theme: ThemeSource) -> None:
    model = CapacityModel()
    model.begin((LIMIT,))
    curve = CapacityCurve(theme, model)
    qtbot.addWidget(curve)
    assert "nothing measured yet" in curve.accessibleName()
    model.rungs = [rung(4, "PASS")]
    curve.refresh()
    assert "1 rung, up to 4 streams" in curve.accessibleName()
    ticks = curve.getPlotItem().getAxis("bottom").tickValues(0.0, 4.0, 400.0)
    assert all(value == int(value) for _, values in ticks for value in values), "there are no half conversations"
    model.rungs = [rung(16, "PASS"), rung(32, "INVALID", None)]
    curve.refresh()
    parts = len(curve._items)
    assert "2 rungs, up to 32 streams" in curve.accessibleName()
    model.rungs = report().rungs
    model.report = report()
    curve.refresh()
    assert len(curve._items) == parts + 3, "passes, fails and the scaling target"
    assert "BRACKETED: 46 conversations" in curve.accessibleName()


def test_verdicts_differ_by_shape_and_colour() -> None:
    assert len(set(SYMBOLS.values())) == len(set(VERDICT_TOKENS.values())) == 4
