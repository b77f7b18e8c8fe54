"""The curve of a capacity search with its legend; before the first search, what to do and an example."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_choices import SAMPLE_CAPACITY
from flux_desktop.ui.plots.capacity_curve import CapacityCurve
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import Panel, button, label, set_role
from flux_desktop.ui.widgets.legend import Legend

EMPTY_TITLE = "How many conversations at once?"
EMPTY = (
    "Search opens streams step by step, doubles their number until a limit is exceeded, and then closes in on the "
    "largest number that meets every limit."
)
SAMPLE = (
    f"The example limits the built-in endpoint to {SAMPLE_CAPACITY} streams and finds that out with the bundled "
    "conversations, in a few minutes and at no cost."
)


MEANING = "The limited percentile with its 95 % interval"


class CapacityCurvePanel(Panel):
    """The curve, or before the first search what to do.

    Signals:
        sample_wanted: the example is to be searched.
    """

    sample_wanted = Signal()

    def __init__(self, theme: ThemeSource, model: CapacityModel) -> None:
        super().__init__("Latency over conversations", MEANING)
        self._model = model
        self.body.setSpacing(2)
        self.curve = CapacityCurve(theme, model)
        self.empty = QWidget()
        words = QVBoxLayout(self.empty)
        words.addStretch()
        for text, role in ((EMPTY_TITLE, "title"), (EMPTY, "muted"), (SAMPLE, "muted")):
            line = label(text, role, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.addWidget(line)
        self.sample_button = button(
            "Search the example",
            lambda: self.sample_wanted.emit(),
            kind="go",
            tip="Bundled data set, built-in endpoint",
        )
        middle = QHBoxLayout()
        middle.addStretch()
        middle.addWidget(self.sample_button)
        middle.addStretch()
        words.addLayout(middle)
        words.addStretch()
        self.legend = Legend(theme, lines_max=2)
        self.legend.show_entries(self.curve.legend_entries())
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.curve, 1)
        self.body.addWidget(self.legend)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        begun = self._model.searching or bool(self._model.rungs) or self._model.report is not None
        self.empty.setVisible(not begun)
        for part in (self.curve, self.legend, self.subtitle):
            part.setVisible(begun)
        if begun:
            self.curve.refresh()
            edge_ms = self.curve.edge_ms
            where = "one mark a rung" if edge_ms is None else f"above {edge_ms:,.0f} ms at the edge"
            self.subtitle.setText(f"{MEANING}; {where}")

    def show_can_search(self, can_search: bool, *, main: bool) -> None:
        """Whether a search can be started now, and whether the example is what to do next."""
        self.sample_button.setEnabled(can_search)
        set_role(self.sample_button, "go" if main else "plain", "kind")
