"""The left side: which endpoint, which sound, which parameters; scrolled where the window is low."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_M

LEFT_PX = 312


def left_column(*panels: QWidget, width_px: int = LEFT_PX) -> QScrollArea:
    """The panels from top to bottom."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE_M)
    for widget in panels:
        column.addWidget(widget)
    column.addStretch()
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFixedWidth(width_px)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
