"""Axes whose numbers carry their unit or commas, or are whole."""

from __future__ import annotations

import pyqtgraph as pg


class PercentAxis(pg.AxisItem):  # type: ignore[misc]
    """Shares of the holds."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:g} %" for value in values]


class ThousandsAxis(pg.AxisItem):  # type: ignore[misc]
    """Milliseconds."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:,.0f}" for value in values]


class WholeAxis(pg.AxisItem):  # type: ignore[misc]
    """Whole numbers only."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return [(step, values) for step, values in super().tickValues(low, high, size) if step >= 1]
