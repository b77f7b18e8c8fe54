"""How well it goes: the plots, built only after the window has been painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.theme import SPACE_M, ThemeSource

if TYPE_CHECKING:
    from flux_desktop.ui.plots.base import PlotPanel


class PlotColumn(QWidget):
    """The plots from top to bottom. Importing pyqtgraph takes longer than showing the window, so it waits."""

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self.plots: list[PlotPanel] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)

    def build(self) -> None:
        """Make the plots; once."""
        if self.plots:
            return
        import pyqtgraph as pg

        from flux_desktop.ui.plots.end_of_turn import EndOfTurnPlot
        from flux_desktop.ui.plots.latency import LatencyPlot
        from flux_desktop.ui.plots.level import LevelPlot
        from flux_desktop.ui.plots.pacing import PacingPlot

        pg.setConfigOptions(antialias=True, background=None)
        self.latency = LatencyPlot(self._theme, self._model)
        self.end_of_turn = EndOfTurnPlot(self._theme, self._model)
        self.level = LevelPlot(self._theme, self._model)
        self.level.hide()
        self.pacing = PacingPlot(self._theme, self._model)
        self.plots = [self.latency, self.end_of_turn, self.level, self.pacing]
        for plot, share in zip(self.plots, (5, 4, 3, 3), strict=True):
            self._layout.addWidget(plot, share)

    def set_front(self, conn: int | None) -> None:
        """The connection in front is drawn on top."""
        if self.plots:
            self.latency.set_front(conn)
            self.end_of_turn.set_front(conn)

    def set_microphone(self, on: bool) -> None:
        """Show the microphone's level while it is the sound, in the place of pacing, whose verdict is on top."""
        if self.plots:
            self.level.setVisible(on)
            self.pacing.setVisible(not on)

    def refresh(self) -> None:
        """Draw what is new."""
        for plot in self.plots:
            plot.refresh()
