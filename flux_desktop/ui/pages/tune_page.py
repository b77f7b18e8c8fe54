"""The Tune page: thresholds for the end of a turn, tried on recordings before they are used."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.panels.left_column import left_column
from flux_desktop.ui.panels.setting_panel import SettingPanel
from flux_desktop.ui.style.tokens import SPACE_M

LEFT_PX = 280


class TunePage(QWidget):
    """Lays out the panels; what they do together is wired by the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setting_panel = SettingPanel()
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        columns.addWidget(left_column(self.setting_panel, width_px=LEFT_PX))
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addStretch()
        columns.addLayout(self.middle, 1)
