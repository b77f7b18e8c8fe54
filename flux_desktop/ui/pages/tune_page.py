"""The Tune page: what to measure and the setting on the left, the curve in the middle, the turns on the right."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.panels.curve_panel import CURVE, CurvePanel
from flux_desktop.ui.panels.figures_panel import FiguresPanel
from flux_desktop.ui.panels.left_column import LeftColumn
from flux_desktop.ui.panels.measure_panel import MeasurePanel
from flux_desktop.ui.panels.preset_cards import PresetCards
from flux_desktop.ui.panels.setting_panel import SettingPanel
from flux_desktop.ui.panels.turns_panel import TurnsPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M

LEFT_PX = 280
RIGHT_PX, RIGHT_NARROW_PX, RIGHT_NARROWEST_PX = 400, 308, 256
"""Width of the turns, also on pages narrower than `NARROW_PX` and `NARROWEST_PX`, where the figures need the room."""
NARROW_PX, NARROWEST_PX = 1340, 1180


class TunePage(QWidget):
    """Lays out the panels; what they do together is wired by the window."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self.model = TuneModel()
        self.measure_panel = MeasurePanel(state)
        self.setting_panel = SettingPanel()
        self.curve_panel = CurvePanel(theme, self.model)
        self.preset_cards = PresetCards(self.model)
        self.figures_panel = FiguresPanel(theme, self.model)
        self.turns_panel = TurnsPanel(theme, self.model)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        columns.addWidget(LeftColumn(self.measure_panel, self.setting_panel, width_px=LEFT_PX))
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addWidget(self.curve_panel, 1)
        self.middle.addWidget(self.preset_cards)
        self.middle.addWidget(self.figures_panel)
        columns.addLayout(self.middle, 1)
        self.curve_panel.tabs.currentChanged.connect(lambda _index: self.refresh())
        self.turns_panel.setFixedWidth(RIGHT_PX)
        columns.addWidget(self.turns_panel)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        front = self.curve_panel.tabs.currentIndex() == CURVE
        self.figures_panel.setVisible(front and self.model.evaluation is not None)
        self.preset_cards.setVisible(front)
        self.curve_panel.refresh()
        self.preset_cards.refresh()
        self.figures_panel.refresh()
        self.turns_panel.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy, narrowest = self.width() >= NARROW_PX, self.width() < NARROWEST_PX
        self.turns_panel.setFixedWidth(RIGHT_PX if roomy else RIGHT_NARROWEST_PX if narrowest else RIGHT_NARROW_PX)
        self.figures_panel.show_lengths(not narrowest, narrow=not roomy)
