"""A capacity search over time: planned and open streams, the account's own figures, refusals and latency."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.plots.account_lines import AccountLines, account_entries
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.legend import Entry


class AccountTimelinePlot(pg.PlotWidget):  # type: ignore[misc]
    """Draws the timeline of a `CapacityModel`."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        super().__init__(enableMenu=False)
        self._theme, self._model = theme, model
        self.setMinimumHeight(96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item: Any = self.getPlotItem()
        item.hideButtons()
        self.lines = AccountLines(item)
        theme.changed.connect(self.refresh)
        self.refresh()

    def legend_entries(self) -> tuple[Entry, ...]:
        """What the lines mean; those of the account only where it was read."""
        return account_entries(self._model, "limited figure")

    def refresh(self) -> None:
        """Draw everything; changes come a few times a rung."""
        colours = self._theme.current
        self.setBackground(QColor(colours.panel))
        self.lines.restyle(colours)
        self.setAccessibleName(self.lines.draw(self._model, colours))
