"""The Capacity page: choices and cost, beside them answer, curve and load, on the right rungs and policy."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.account_timeline_panel import AccountTimelinePanel
from flux_desktop.ui.panels.capacity_answer import CapacityAnswer
from flux_desktop.ui.panels.capacity_curve_panel import CapacityCurvePanel
from flux_desktop.ui.panels.capacity_details import CapacityDetails
from flux_desktop.ui.panels.capacity_inputs import CapacityInputs
from flux_desktop.ui.panels.left_column import LeftColumn
from flux_desktop.ui.panels.prices_panel import PricesPanel
from flux_desktop.ui.panels.rungs_panel import RungsPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M

LEFT_PX = 330
RIGHT_PX, RIGHT_NARROW_PX = 470, 392
NARROW_PX = 1340


class CapacityPage(QWidget):
    """Lays out the panels; what they do together is wired by the window."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self.model = CapacityModel()
        self.inputs = CapacityInputs(state)
        self.prices_panel = PricesPanel(self.model)
        self.answer = CapacityAnswer(self.model)
        self.curve_panel = CapacityCurvePanel(theme, self.model)
        self.rungs_panel = RungsPanel(theme, self.model)
        self.details = CapacityDetails(self.model)
        self.timeline_panel = AccountTimelinePanel(theme, self.model)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        columns.addWidget(LeftColumn(self.inputs, self.prices_panel, width_px=LEFT_PX))
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addWidget(self.answer)
        lower = QHBoxLayout()
        lower.setSpacing(SPACE_M)
        charts = QVBoxLayout()
        charts.setSpacing(SPACE_M)
        charts.addWidget(self.curve_panel, 3)
        charts.addWidget(self.timeline_panel, 2)
        lower.addLayout(charts, 1)
        self.side = QVBoxLayout()
        self.side.setSpacing(SPACE_M)
        self.side.addWidget(self.rungs_panel, 3)
        self.side.addWidget(self.details, 2)
        lower.addLayout(self.side)
        self.middle.addLayout(lower, 1)
        columns.addLayout(self.middle, 1)
        self._give_room(RIGHT_PX)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        self.answer.refresh()
        self.curve_panel.refresh()
        self.rungs_panel.refresh()
        self.rungs_panel.setVisible(self.model.searching or bool(self.model.rungs))
        self.timeline_panel.refresh()
        self.prices_panel.refresh()
        self.details.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room(RIGHT_PX if self.width() >= NARROW_PX else RIGHT_NARROW_PX)

    def _give_room(self, width_px: int) -> None:
        for panel in (self.rungs_panel, self.details):
            panel.setFixedWidth(width_px)
