"""Several plots in one place, one of them in front, chosen by tabs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S, SPACE_XS


class PlotDeck(QWidget):
    """A frame with a tab for each plot; only the one in front is drawn.

    Signals:
        chosen: a person brought another plot to the front; its name.
    """

    chosen = Signal(str)

    def __init__(self, plots: dict[str, PlotPanel]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._plots = plots
        self.tabs, self._stack = QTabBar(), QStackedWidget()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Plot")
        self.tabs.setProperty("kind", "deck")
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.tabs, 1)
        for name, plot in plots.items():
            self.tabs.addTab(name)
            # The frame, the title and the buttons are the deck's.
            plot.setObjectName("inner")
            plot.title.hide()
            plot.body.setContentsMargins(0, 0, 0, 0)
            for widget in (plot.pause_button, plot.save_button):
                head.addWidget(widget)
            self._stack.addWidget(plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(self._changed)
        self._by_person = True
        self._changed(0)

    @property
    def front(self) -> str:
        """Name of the plot in front."""
        return self.tabs.tabText(self.tabs.currentIndex())

    def show_plot(self, name: str) -> None:
        """Bring a plot to the front, if its tab is there."""
        position = list(self._plots).index(name) if name in self._plots else -1
        if position >= 0 and self.tabs.isTabVisible(position):
            self._by_person = False
            self.tabs.setCurrentIndex(position)
            self._by_person = True

    def set_offered(self, name: str, offered: bool) -> None:
        """Whether a plot has a tab at all."""
        position = list(self._plots).index(name)
        if self.tabs.isTabVisible(position) is offered:
            return
        self._by_person = False
        self.tabs.setTabVisible(position, offered)
        self._by_person = True

    def _changed(self, position: int) -> None:
        for number, plot in enumerate(self._plots.values()):
            for widget in (plot.pause_button, plot.save_button):
                widget.setVisible(number == position)
        self._stack.setCurrentIndex(position)
        if self._by_person:
            self.chosen.emit(self.tabs.tabText(position))
