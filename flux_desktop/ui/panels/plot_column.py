"""How well it goes: the plots, built only after the window has been painted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import USER_CLOCK, WIRE_CLOCK
from flux_desktop.ui.panels.enlarged_plot import EnlargedPlot
from flux_desktop.ui.panels.generator_panel import GeneratorPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M

LEVEL = "Level"
_CLOCKS = (USER_CLOCK, WIRE_CLOCK)
"""In the order of `plots.latency.CLOCKS`."""

if TYPE_CHECKING:
    from flux_desktop.ui.plots.base import PlotPanel


class PlotColumn(QWidget):
    """The plots from top to bottom. Importing pyqtgraph takes longer than showing the window, so it waits."""

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._model = state.run
        self.plots: list[PlotPanel] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)

    def build(self) -> None:
        """Make the plots; once."""
        if self.plots:
            return
        import pyqtgraph as pg

        from flux_desktop.ui.plots.account import ACCOUNT, AccountPlot
        from flux_desktop.ui.plots.deck import PlotDeck
        from flux_desktop.ui.plots.end_of_turn import EndOfTurnPlot
        from flux_desktop.ui.plots.latency import LatencyPlot
        from flux_desktop.ui.plots.level import LevelPlot
        from flux_desktop.ui.plots.pacing import PacingPlot
        from flux_desktop.ui.plots.streams import StreamsPlot

        pg.setConfigOptions(antialias=True, background=None)
        self.latency = LatencyPlot(self._theme, self._model)
        self.latency.clock_box.setCurrentIndex(_CLOCKS.index(self._state.choices.latency_clock))
        self.latency.clock_box.currentIndexChanged.connect(self._remember_clock)
        self.end_of_turn = EndOfTurnPlot(self._theme, self._model)
        self.level = LevelPlot(self._theme, self._model)
        self.pacing = PacingPlot(self._theme, self._model)
        self.streams = StreamsPlot(self._theme, self._model)
        self.account = AccountPlot(self._theme, self._state.observed)
        self.deck = PlotDeck({"Pacing": self.pacing, "Streams": self.streams, LEVEL: self.level, ACCOUNT: self.account})
        self.deck.set_offered(ACCOUNT, False)
        self.deck.chosen.connect(self._remember)
        self.plots = [self.latency, self.end_of_turn, self.level, self.pacing, self.streams, self.account]
        for widget, share in ((self.latency, 6), (self.end_of_turn, 4), (self.deck, 3)):
            self._layout.addWidget(widget, share)
        self.generators = GeneratorPanel(self._model)
        self._layout.addWidget(self.generators)
        for plot in self.plots:
            plot.enlarge_wanted.connect(partial(self._enlarge, plot))
        self.deck.show_plot(self._state.choices.plot)

    def _enlarge(self, plot: PlotPanel) -> None:
        """Show a plot, or all in its place, in a window of its own; put it back if it is in one."""
        if isinstance(shown := plot.window(), EnlargedPlot):
            shown.close()
            return
        widget = next(each for each in (self.latency, self.end_of_turn, self.deck) if each.isAncestorOf(plot.plot))
        EnlargedPlot(widget, self._layout, plot.heading).show()

    def set_front(self, conn: int | None) -> None:
        """The connection in front is drawn on top."""
        if self.plots:
            self.latency.set_front(conn)
            self.end_of_turn.set_front(conn)

    def set_microphone(self, on: bool) -> None:
        """Offer the microphone's level while it is the sound, and show it first; pacing's verdict stands on top."""
        if self.plots:
            self.deck.set_offered(LEVEL, on)
            self.deck.show_plot(LEVEL if on else self._state.choices.plot)

    def pause(self, on: bool) -> None:
        """Stop or go on with all pictures at once."""
        for plot in self.plots:
            plot.pause_button.setChecked(on)

    def switch_clock(self) -> None:
        """Show the update latency by the other clock."""
        if self.plots:
            self.latency.clock_box.setCurrentIndex(1 - self.latency.clock_box.currentIndex())

    def show_plot(self, name: str) -> None:
        """Bring a plot to the front in the third place."""
        if self.plots:
            self.deck.show_plot(name)
            self._remember(name)

    def _remember_clock(self, place: int) -> None:
        self._state.choices.latency_clock = _CLOCKS[place]

    def _remember(self, name: str) -> None:
        if name != LEVEL:
            self._state.choices.plot = name

    def refresh(self) -> None:
        """Draw what is new; the account has a tab once something is known of it."""
        if self.plots:
            self.deck.set_offered(self.account.heading, self.account.offered)
            self.generators.refresh()
        for plot in self.plots:
            plot.refresh()
