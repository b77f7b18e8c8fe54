"""What Flux does to its transcripts, set when a stream opens: profanity filter and numerals."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import button
from flux_desktop.ui.widgets.three_state import ThreeState


class FilterFields(QWidget):
    """One field for each filter, by its name in `FluxOptions`, and a button for changes that need new streams.

    Signals:
        changed: a filter was changed by the user.
    """

    changed = Signal()

    def __init__(self, reconnect: Callable[[], object]) -> None:
        super().__init__()
        self.fields = {
            "profanity_filter": ThreeState("Profanity filter", "set when a stream opens"),
            "numerals": ThreeState("Numerals", "spoken numbers as digits"),
        }
        self.reconnect_button = reconnect_button(reconnect)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        for field in self.fields.values():
            rows.addWidget(field)
            field.changed.connect(self.changed)
        rows.insertWidget(1, self.reconnect_button)

    @property
    def number_set(self) -> int:
        """How many filters are not left to the model."""
        return sum(field.value is not None for field in self.fields.values())


def reconnect_button(reconnect: Callable[[], object]) -> QPushButton:
    """The hidden button that opens new streams, beside parameters that a stream in use cannot change."""
    widget = button(
        "Reconnect now",
        reconnect,
        tip="Open new streams with these parameters. The run and its transcripts continue. (Ctrl+Shift+E)",
    )
    widget.hide()
    return widget
