"""The account during a capacity search: its load over time, and what was read of the account in words."""

from __future__ import annotations

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.plots.account_timeline import AccountTimelinePlot
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import Panel, plain_tip
from flux_desktop.ui.widgets.legend import Legend

NOT_READ = "Streams planned and open, by the program itself"


class AccountTimelinePanel(Panel):
    """Hidden before the first search."""

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        super().__init__("Load during the search", NOT_READ)
        self._model = model
        self.body.setSpacing(2)
        self.plot = AccountTimelinePlot(theme, model)
        self.legend = Legend(theme, lines_max=2)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.legend)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        timeline = self._model.timeline
        self.setVisible(bool(timeline.planned) or not timeline.is_empty)
        if self.isHidden():
            return
        self.title.setText("Load during the search" if timeline.is_empty else "Account during the search")
        lines = timeline.lines()
        self.subtitle.setText(lines[0] if lines else NOT_READ)
        self.subtitle.setToolTip(plain_tip("\n".join(lines)))
        self.plot.setToolTip(plain_tip("\n".join(lines)))
        self.plot.refresh()
        self.legend.show_entries(self.plot.legend_entries())
