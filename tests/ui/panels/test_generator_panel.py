"""Tests for ui.panels.generator_panel."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import GeneratorsSeen
from flux_desktop.engine.records.facts import GeneratorRow
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.generator_panel import GeneratorPanel
from flux_desktop.ui.widgets.basics import ElidedLabel


def texts(panel: GeneratorPanel) -> list[str]:
    """Of the cells that are shown, row by row, without the headings."""
    grid = panel._grid
    cells = [grid.itemAtPosition(line, column) for line in range(1, grid.rowCount()) for column in range(6)]
    widgets = [cell.widget() for cell in cells if cell is not None]
    labels = [widget for widget in widgets if isinstance(widget, QLabel) and not widget.isHidden()]
    return [each.full_text() if isinstance(each, ElidedLabel) else each.text() for each in labels]


def test_machines_are_shown_once_something_is_known_of_them(qtbot: QtBot) -> None:
    model = RunModel()
    panel = GeneratorPanel(model)
    qtbot.addWidget(panel)
    panel.refresh()
    assert panel.isHidden()
    first = GeneratorRow(name="a", streams=4, cpu_percent=12.4, pacing_p99_ms=2.2, offset_ms=-1.5, offset_error_ms=0.25)
    model.feed(GeneratorsSeen(t=1.0, rows=[first, GeneratorRow(name="b", lost="no answer for 5 s")]))
    panel.refresh()
    assert not panel.isHidden()
    assert texts(panel) == [
        *["a", "4", "12 %", "2 ms", "-1.5 ± 0.2 ms", "0.0 s"],
        *["b", "lost", "", "", "", ""],
    ]
    model.feed(GeneratorsSeen(t=2.0, rows=[GeneratorRow(name="a")]))
    panel.refresh()
    assert texts(panel)[:2] == ["a", "0"]
    assert len(texts(panel)) == 6
    model.reset(None)
    panel.refresh()
    assert panel.isHidden()
