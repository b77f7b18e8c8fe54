"""Prices and the cost sheet."""

from __future__ import annotations

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.prices_panel import PricesPanel
from tests.ui.models.capacities import report


def test_a_suggested_price_is_marked_until_it_is_confirmed(qtbot: QtBot) -> None:
    model = CapacityModel()
    panel = PricesPanel(model)
    qtbot.addWidget(panel)
    assert "suggested list price of 2026-11" in panel.origin.text()
    assert panel.origin.property("role") == "warn"
    assert not panel.confirm_button.isHidden()
    model.prices = replace(model.prices, suggested=False, date="2026-11-27")
    panel.refresh()
    assert panel.origin.isHidden()
    assert panel.entered.text() == "yours, 2026-11-27"
    assert panel.confirm_button.isHidden()


def test_edited_prices_are_reported_with_their_date(qtbot: QtBot) -> None:
    panel = PricesPanel(CapacityModel())
    qtbot.addWidget(panel)
    seen = []
    panel.prices_edited.connect(lambda: seen.append(panel.prices("2026-11-27")))
    panel.instance.setValue(7.2)
    panel.currency.setText("eur")
    panel.currency.editingFinished.emit()
    assert seen[0].instance_per_hour == 7.2
    assert seen[0].licence_per_stream_minute == 0.0077
    assert seen[0].hosted_per_minute is None
    assert (seen[1].currency, seen[1].date) == ("EUR", "2026-11-27")


def test_the_cost_sheet_or_why_there_is_none(qtbot: QtBot) -> None:
    model = CapacityModel(report=report())
    panel = PricesPanel(model)
    qtbot.addWidget(panel)
    assert panel.reason.text() == "Enter the instance per hour."
    model.prices = replace(model.prices, instance_per_hour=7.2)
    panel.refresh()
    assert panel.reason.isHidden()
    assert [value.text() for _, value in panel.cells[:2]] == ["$0.0112", "69 % and 31 %"]
    assert panel.cells[4][0].isHidden(), "no hosted price, no comparison"
    lengths = []
    panel.assumptions_edited.connect(lambda: lengths.append((panel.utilisation, panel.minutes_each)))
    panel.utilisation_field.setValue(80)
    assert lengths == [(0.8, 4.0)]
