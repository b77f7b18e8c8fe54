"""The table of figures, and the bars by length of the hold."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.panels.figures_panel import FiguresPanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.panels.tune_bench import recorded_model


def test_the_table_shows_the_setting_beside_the_current_one(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = FiguresPanel(theme, recorded_model(Setting(eot=0.6)))
    qtbot.addWidget(panel)
    panel.refresh()
    cells = [[cell.text() for cell in row] for row in panel._cells]
    assert cells[0][:2] == ["cut off, of holds", "10.0 %"]
    assert cells[0][3] == "40"
    assert cells[0][4] != ""
    assert panel._cells[0][1].toolTip()
    assert "cut off" in panel.sentence.full_text()
    assert "4 of 4" in panel.bars.accessibleName()
    assert not panel.bars.grab().toImage().isNull()


def test_the_table_has_its_height_before_the_figures_are_computed(qtbot: QtBot, theme: ThemeSource) -> None:
    model = recorded_model(Setting(eot=0.6))
    details, model.details = model.details, None
    panel = FiguresPanel(theme, model)
    qtbot.addWidget(panel)
    panel.refresh()
    assert [row[1].text() for row in panel._cells] == ["–"] * 8
    height = panel.sizeHint().height()
    model.details = details
    panel.refresh()
    assert panel._cells[0][1].text() == "10.0 %"
    assert panel.sizeHint().height() == height
    model.details = None
    panel.refresh()
    assert panel._cells[0][1].text() == "–", "the figures are those of another recording"


def test_the_figures_of_the_old_setting_are_greyed(qtbot: QtBot, theme: ThemeSource) -> None:
    model = recorded_model(Setting(eot=0.6))
    panel = FiguresPanel(theme, model)
    qtbot.addWidget(panel)
    panel.refresh()
    before = panel.sentence.full_text()
    model.set_setting(Setting(eot=0.85))
    panel.refresh()
    assert panel.sentence.full_text() != before, "the sentence follows at once"
    assert panel._cells[0][1].text() == "0.0 %", "the point of the curve is known"
    assert [row[1].isEnabled() for row in panel._cells] == [True, False, True, False, False, False, False, False]
    assert not panel.bars.isEnabled()
