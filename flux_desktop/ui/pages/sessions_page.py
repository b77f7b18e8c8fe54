"""The Sessions page: the recorded runs, the trend of a figure below, and facts or a comparison on the right."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.panels.session_detail_panel import SessionDetailPanel
from flux_desktop.ui.panels.sessions_panel import SessionsPanel
from flux_desktop.ui.panels.trend_panel import TrendPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M

RIGHT_PX, RIGHT_NARROW_PX = 384, 312
NARROW_PX = 1340
TREND_PX, TREND_LOW_PX = 180, 138
LOW_PX = 640


class SessionsPage(QWidget):
    """Lays out the panels; what they do together is wired by the window."""

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__()
        self.panel = SessionsPanel(theme)
        self.trend = TrendPanel(theme)
        self.detail = SessionDetailPanel(theme)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addWidget(self.panel, 1)
        self.middle.addWidget(self.trend)
        columns.addLayout(self.middle, 1)
        columns.addWidget(self.detail)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.detail.setFixedWidth(RIGHT_PX if self.width() >= NARROW_PX else RIGHT_NARROW_PX)
        self.trend.setFixedHeight(TREND_PX if self.height() >= LOW_PX else TREND_LOW_PX)
