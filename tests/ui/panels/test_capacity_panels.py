"""The panels of the Capacity page: inputs, answer, cost and rungs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity import CapacityModel, SearchChoices
from flux_desktop.ui.panels.capacity_answer import CapacityAnswer
from flux_desktop.ui.panels.capacity_inputs import CapacityInputs
from flux_desktop.ui.panels.capacity_money import CapacityMoney
from flux_desktop.ui.panels.rungs_panel import RungsPanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.searched import REPORT, searched_model


def test_choices_are_read_as_they_are_shown(qtbot: QtBot) -> None:
    panel = CapacityInputs(AppState())
    qtbot.addWidget(panel)
    assert panel.choices == SearchChoices()
    other = SearchChoices("/data/calls", "update_p99_ms<900", 4, 64, 2, 5.0, 20.0, True, "500", "18:30")
    panel.show_choices(other)
    assert panel.choices == other
    assert panel.data_button.text() == "calls"


def test_one_button_starts_and_stops_and_nothing_changes_meanwhile(qtbot: QtBot) -> None:
    panel = CapacityInputs(AppState())
    qtbot.addWidget(panel)
    pressed: list[str] = []
    panel.search_wanted.connect(lambda: pressed.append("search"))
    panel.stop_wanted.connect(lambda: pressed.append("stop"))
    panel.show_state(searching=False, stopping=False, can_search=True, searched=False, effort="At most 9")
    assert panel.cost.text() == "At most 9"
    panel.search_button.click()
    panel.show_state(searching=True, stopping=False, can_search=False, searched=False, effort="")
    assert not panel.limits.isEnabled()
    panel.search_button.click()
    assert pressed == ["search", "stop"]
    panel.show_state(searching=True, stopping=True, can_search=False, searched=False, effort="")
    assert not panel.search_button.isEnabled()
    panel.show_state(searching=False, stopping=False, can_search=False, searched=True, effort="")
    assert panel.search_button.text() == "Search again"
    assert not panel.search_button.isEnabled()
    panel.show_progress(0.5, "8 streams: measuring", "0:10")
    assert panel.progress.value() == 500


def test_the_answer_replaces_the_offer_and_can_be_copied(qtbot: QtBot) -> None:
    model = CapacityModel()
    panel = CapacityAnswer(model)
    qtbot.addWidget(panel)
    wanted: list[None] = []
    panel.example_wanted.connect(lambda: wanted.append(None))
    panel.example_button.click()
    assert wanted == [None]
    model.searching = True
    panel.refresh()
    assert panel.example_button.isHidden()
    assert "0 rungs" in panel.evidence.text()
    model.searching, model.report = False, REPORT
    panel.refresh()
    assert (panel.verdict.text(), panel.verdict.property("pill")) == ("BRACKETED", "ok")
    assert panel.sentence.text().startswith("12 conversations; at 13")
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text().startswith(REPORT.sentence)


def test_prices_are_those_of_the_user_once_entered(qtbot: QtBot) -> None:
    model = searched_model()
    model.prices = SUGGESTED
    panel = CapacityMoney(model)
    qtbot.addWidget(panel)
    assert "suggestion" in panel.origin.text()
    entered: list[None] = []
    panel.prices_entered.connect(lambda: entered.append(None))
    panel.currency.editingFinished.emit()
    assert not entered  # nothing was changed
    panel.fields["instance_per_hour"].setValue(6.0)
    panel.fields["instance_per_hour"].editingFinished.emit()
    assert len(entered) == 1
    model.prices = panel.prices
    assert (model.prices.instance_per_hour, model.prices.suggested) == (6.0, False)
    panel.refresh()
    assert "Entered on" in panel.origin.text()
    assert any(words.text() == "1,000 minutes" for words, _ in panel._rows)
    changed: list[None] = []
    panel.changed.connect(lambda: changed.append(None))
    panel.utilisation.setValue(50)
    assert changed
    assert model.utilisation == 0.5


def test_rungs_sort_as_numbers_and_are_copied_as_shown(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = RungsPanel(theme, searched_model())
    qtbot.addWidget(panel)
    panel.resize(500, 300)
    panel.show()
    table = panel.table
    shown = [table.item(row, 0).text() for row in range(table.rowCount())]  # type: ignore[union-attr]
    assert shown == ["8", "16", "12", "13"]
    assert table.item(1, 1).text() == "■ FAIL"  # type: ignore[union-attr]
    assert "limit 400 ms" in table.item(1, 5).toolTip()  # type: ignore[union-attr]
    table.sortItems(0, Qt.SortOrder.DescendingOrder)
    QTest.keySequence(table, "Ctrl+C")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Streams", "16", "13", "12", "8"]
