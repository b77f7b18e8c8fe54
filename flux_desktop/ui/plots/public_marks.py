"""The published figures of other detectors as marks with names on the curve of the Tune page."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QColor

from flux_desktop.evaluation.thresholds.public_figures import AS_OF, PUBLIC_FIGURES, SOURCE
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, Theme, font

PUBLIC_WORDS = f"public, {AS_OF}"
PUBLIC_MEANING = (
    f"Published figures of other detectors ({SOURCE}, {AS_OF}), measured by others on other recordings. "
    "They are means, and Flux is understated there: its trace ends at a threshold of 0.7."
)
MARK_PX = 8


class PublicMarks(pg.ScatterPlotItem):  # type: ignore[misc]
    """A square for each figure; `names` are added to the plot beside it."""

    def __init__(self) -> None:
        super().__init__(size=MARK_PX, symbol="s", hoverable=True, tip=lambda x, y, data: data)
        self.names: list[Any] = [pg.TextItem(figure.detector) for figure in PUBLIC_FIGURES]
        self.places = [(100 * figure.cut_share, float(figure.wait_ms)) for figure in PUBLIC_FIGURES]
        """In percent and milliseconds."""
        self.setData(
            x=[x for x, _ in self.places],
            y=[y for _, y in self.places],
            data=[
                f"{figure.detector}: {100 * figure.cut_share:g} % at {figure.wait_ms} ms" for figure in PUBLIC_FIGURES
            ],
        )

    def show_marks(self, on: bool, *, with_names: bool) -> None:
        """Show or hide the marks and their names."""
        self.setVisible(on)
        for name in self.names:
            name.setVisible(on and with_names)

    def restyle(self, colours: Theme) -> None:
        """Take the theme's colours."""
        muted = QColor(colours.muted)
        self.setPen(pg.mkPen(muted, width=1.3))
        self.setBrush(pg.mkBrush(None))
        for name in self.names:
            name.setColor(muted)
            name.setFont(font(TYPE_CAPTION_PX))
