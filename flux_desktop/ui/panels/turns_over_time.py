"""Turns over time: heading and key, a lane for each connection, and the seconds below."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.lanes import LaneArea, LaneAxis, LaneKey
from flux_desktop.ui.widgets.basics import ElidedLabel

LANES_MAX = 6


class TurnsOverTime(QWidget):
    """At most `LANES_MAX` lanes are in view; the others are scrolled to."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        title = ElidedLabel("strong")
        title.setText("Turns over time")
        self.lanes = LaneArea(theme, model, LANES_MAX)
        self.axis = LaneAxis(theme, model)
        head = QHBoxLayout()
        head.setContentsMargins(0, SPACE_S, 0, SPACE_S - 4)
        head.addWidget(title, 1)
        head.addWidget(LaneKey(theme))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.lanes)
        column.addWidget(self.axis)

    def refresh(self) -> None:
        """Paint what is new."""
        self.lanes.refresh()
        self.axis.update()
