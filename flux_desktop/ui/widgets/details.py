"""One endpoint in detail, as names and values that can be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QScrollArea, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_L, SPACE_S
from flux_desktop.ui.widgets.basics import label


class DetailsDialog(QDialog):
    """Opens at once and is filled when the answer has come.

    Signals:
        probe_wanted: what the endpoint supports is to be shown.
    """

    probe_wanted = Signal()

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(label(name, "title", wrap=True))
        self._form = QFormLayout()
        self._form.setVerticalSpacing(SPACE_S)
        self._form.setHorizontalSpacing(SPACE_L)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(label("Loading…", "muted"))
        # Inside a scroll area each value gets the height that its lines need.
        inside = QWidget()
        self._form.setContentsMargins(0, SPACE_S, SPACE_S, 0)
        inside.setLayout(self._form)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setAccessibleName(f"Details of {name}")
        layout.addWidget(area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        probe = buttons.addButton("What does it support?", QDialogButtonBox.ButtonRole.ActionRole)
        probe.setToolTip("Show what the endpoint's build was found to support, or probe it")
        probe.clicked.connect(lambda: self.probe_wanted.emit())
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def show_lines(self, lines: list[tuple[str, str]]) -> None:
        """Show pairs of a name and a value."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.add_lines(lines)

    def add_lines(self, lines: list[tuple[str, str]]) -> None:
        """Show more of them, below."""
        for name, value in lines:
            shown = label(value, wrap=True)
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self._form.addRow(label(name, "muted"), shown)
