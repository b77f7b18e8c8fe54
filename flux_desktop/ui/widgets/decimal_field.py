"""A field for a number with decimals."""

from __future__ import annotations

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class DecimalField(QDoubleSpinBox):
    """A spin box in which a typed comma is the decimal point, as on the keypads of many keyboards."""

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """What Qt asks after each key; the returned text replaces the typed one."""
        return super().validate(text.replace(",", "."), position)
