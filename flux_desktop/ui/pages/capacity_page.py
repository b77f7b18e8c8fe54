"""The Capacity page: what to search for on the left, the curve in the middle, rungs and cost on the right."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.capacity_answer import CapacityAnswer
from flux_desktop.ui.panels.capacity_inputs import CapacityInputs
from flux_desktop.ui.panels.capacity_money import CapacityMoney
from flux_desktop.ui.panels.left_column import LeftColumn
from flux_desktop.ui.panels.rungs_panel import RungsPanel
from flux_desktop.ui.plots.capacity_curve import CapacityCurve
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M
from flux_desktop.ui.widgets.basics import Panel
from flux_desktop.ui.widgets.legend import Legend

LEFT_PX, RIGHT_PX = 300, 400


class CapacityPage(QWidget):
    """Lays out the panels; what they do together is wired by the window."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self.model = CapacityModel()
        self.inputs = CapacityInputs(state)
        self.money = CapacityMoney(self.model)
        self.answer = CapacityAnswer(self.model)
        self.curve = CapacityCurve(theme, self.model)
        self.rungs = RungsPanel(theme, self.model)
        self.curve_panel = Panel(
            "Latency over conversations", "each limited percentile with its 95 % interval over connections"
        )
        self.curve_panel.body.addWidget(self.curve, 1)
        legend = Legend(theme)
        legend.show_entries(self.curve.legend_entries())
        self.curve_panel.body.addWidget(legend)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        columns.addWidget(LeftColumn(self.inputs, width_px=LEFT_PX))
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addWidget(self.answer)
        self.parts = QHBoxLayout()
        self.parts.setSpacing(SPACE_M)
        self.plots = QVBoxLayout()
        self.plots.setSpacing(SPACE_M)
        self.plots.addWidget(self.curve_panel, 3)
        self.parts.addLayout(self.plots, 3)
        self.side = QVBoxLayout()
        self.side.setSpacing(SPACE_M)
        self.side.addWidget(self.rungs, 1)
        self.side.addWidget(self.money)
        self.parts.addLayout(self.side, 2)
        self.middle.addLayout(self.parts, 1)
        columns.addLayout(self.middle, 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        self.answer.refresh()
        self.curve.refresh()
        self.rungs.refresh()
        self.money.refresh()
