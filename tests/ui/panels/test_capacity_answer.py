"""The answer of a search."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.capacity_answer import CapacityAnswer
from tests.ui.models.capacities import report, rung


def test_the_answer_is_one_sentence_to_copy(qtbot: QtBot) -> None:
    model = CapacityModel(report=report())
    panel = CapacityAnswer(model)
    qtbot.addWidget(panel)
    assert not panel.isHidden()
    assert (panel.number.text(), panel.verdict.text()) == ("46", "BRACKETED")
    assert panel.sentence.text().startswith("46 conversations; at 48, it is slow.")
    assert "5 rungs · 120.0 stream-minutes" in panel.evidence.text()
    panel.copy_button.click()
    assert QGuiApplication.clipboard().text() == model.answer()
    model.report = report("LOWER BOUND")
    panel.refresh()
    assert panel.number.text() == "≥ 46"
    assert panel.sentence.text().startswith("At least 46 conversations")


def test_while_it_searches_what_has_passed_is_shown(qtbot: QtBot) -> None:
    model = CapacityModel()
    panel = CapacityAnswer(model)
    qtbot.addWidget(panel)
    assert panel.isHidden()
    model.searching = True
    model.rungs = [rung(16, "PASS")]
    panel.refresh()
    assert "1 rung · passed so far: 16" in panel.evidence.text()
    model.rungs = [rung(16, "PASS"), rung(32, "FAIL")]
    panel.refresh()
    assert (panel.number.text(), panel.verdict.text()) == ("16", "SEARCHING")
    assert "passed so far: 16" in panel.evidence.text()
    assert panel.copy_button.isHidden()
