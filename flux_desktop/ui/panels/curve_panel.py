"""The curve with its legend and the switch for published figures; on other tabs, A against B and isolation."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.panels.against_view import AgainstView
from flux_desktop.ui.panels.isolation_view import IsolationView
from flux_desktop.ui.plots.public_marks import PUBLIC_MEANING, PUBLIC_WORDS
from flux_desktop.ui.plots.tune_curve import TuneCurve
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import Panel, label
from flux_desktop.ui.widgets.legend import Legend

CURVE, AGAINST, ISOLATION = range(3)
"""Places of the tabs."""
EMPTY_TITLE = "Record once, then try every setting"
EMPTY = (
    "Record streams the clips to the endpoint at its highest threshold. What every lower threshold would have decided "
    "is then computed from the confidences that the endpoint reported."
)


class CurvePanel(Panel):
    """The curve, or before the first recording what to do."""

    def __init__(self, theme: ThemeSource, model: TuneModel) -> None:
        self.tabs = QTabBar()
        super().__init__("", "")
        self._model = model
        self.body.setSpacing(2)
        self.title.hide()
        self.tabs.setAccessibleName("Curve or comparison")
        self.tabs.setProperty("kind", "deck")
        self.tabs.setExpanding(False)
        for name in ("Curve", "A against B", "Isolation"):
            self.tabs.addTab(name)
        self.tabs.currentChanged.connect(lambda _index: self.refresh())
        self.head.insertWidget(0, self.tabs)
        self.subtitle.setVisible(True)
        self.curve = TuneCurve(theme, model)
        self.against, self.isolation = AgainstView(theme), IsolationView()
        self.empty = QWidget()
        words = QVBoxLayout(self.empty)
        words.addStretch()
        for text, role in ((EMPTY_TITLE, "title"), (EMPTY, "muted")):
            line = label(text, role, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.addWidget(line)
        words.addStretch()
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.curve, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        self.legend = Legend(theme)
        self.legend.show_entries(self.curve.legend_entries())
        self.public = QCheckBox(PUBLIC_WORDS)
        self.public.setChecked(True)
        self.public.setToolTip(PUBLIC_MEANING)
        self.public.toggled.connect(self.curve.show_public)
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.public)
        self.body.addLayout(foot)
        self.body.addWidget(self.against, 1)
        self.body.addWidget(self.isolation, 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        evaluation = self._model.evaluation
        known, front = evaluation is not None, self.tabs.currentIndex() == CURVE
        self.empty.setVisible(front and not known)
        for part in (self.curve, self.legend, self.public):
            part.setVisible(front and known)
        self.subtitle.setVisible(front)
        self.against.setVisible(self.tabs.currentIndex() == AGAINST)
        self.isolation.setVisible(self.tabs.currentIndex() == ISOLATION)
        if evaluation is not None:
            self.subtitle.setText(
                f"wait (p50, ms) against holds cut off · each dot is one setting, replayed on {evaluation.turns:,} "
                f"turns with {amount(evaluation.holds, 'hold')}"
            )
        else:
            self.subtitle.setText("how long speakers wait, against how often they are cut off")
        self.curve.refresh()
