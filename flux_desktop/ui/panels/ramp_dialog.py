"""Dialog for the ramp, the limits and the budget of a run."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.base.problem import Problem
from flux_desktop.evaluation.cost import SUGGESTED, Prices
from flux_desktop.ui.models.figure_groups import groups
from flux_desktop.ui.models.load_curve import load_curve
from flux_desktop.ui.models.ramp import AT_ONCE, BATCHES, STAGES, Ramp
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from flux_desktop.ui.views.ramp_preview import RampPreview
from flux_desktop.ui.widgets.basics import label, plain_tip, roomy, set_role
from flux_desktop.ui.widgets.decimal_field import DecimalField

LINE_PX = 28
"""With less, the underscores of figures' names are cut off on some scales."""
_STAGES_MEAN = (
    "Number of concurrent connections and how long to hold them, stage by stage. Stages replace Connections and "
    "Duration, and the recording repeats as needed."
)
_LIMITS_MEAN = (
    "The run ends with PASS if all limits are met and with FAIL otherwise. Unless you limit completed or "
    "completed_percent, all connections must complete."
)
_PER_CHANNEL_MEANS = plain_tip(
    "1: each stream has a channel (a TCP and TLS connection) of its own, as in production. With more, this machine "
    "carries more streams, and the loss of a channel ends all of its streams. The server's own limit is respected."
)
_BUDGET_MEANS = (
    "End a run on this page or on Tune after this many stream-minutes, such as 500, or after this licence cost, such "
    "as 5usd. The prices are on the Capacity page."
)


class RampDialog(QDialog):
    """Open it with `open()`: it never blocks the window. Invalid input is explained at once and cannot be used.

    Signals:
        chosen: a `Ramp`.
    """

    chosen = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        ramp: Ramp,
        connections: int = 1,
        duration_s: float = 0.0,
        prices: Prices = SUGGESTED,
    ) -> None:
        """`connections` and `duration_s` (0: not known) are those of the run, for the picture."""
        super().__init__(parent)
        self._connections, self._duration_s = connections, duration_s
        self.preview = RampPreview()
        self.setWindowTitle("Ramp, limits and budget")
        self.setMinimumWidth(560)
        self.ways = {
            AT_ONCE: QRadioButton("All at once"),
            BATCHES: QRadioButton("In batches"),
            STAGES: QRadioButton("In stages"),
        }
        self.batch_size, self.batch_delay, self.opening = QSpinBox(), DecimalField(), QSpinBox()
        self.per_channel = QSpinBox()
        self.batch_size.setRange(1, 1_000)
        self.batch_delay.setRange(0.1, 3_600)
        self.batch_delay.setDecimals(1)
        self.batch_delay.setSuffix(" s")
        self.opening.setRange(1, 1_000)
        self.per_channel.setRange(1, 1_000)
        self.per_channel.setToolTip(_PER_CHANNEL_MEANS)
        for number in (self.batch_size, self.batch_delay, self.opening, self.per_channel):
            roomy(number)
        self._prices = prices
        self.stages, self.limits = QLineEdit(ramp.stages), QLineEdit(ramp.limits)
        self.budget = QLineEdit(ramp.budget)
        self.budget.setPlaceholderText("none")
        self.stages.setPlaceholderText("10x30s,50x60s,100x2m")
        self.limits.setPlaceholderText("update_p95_ms<400, completed_percent>=99")
        self.figures = QPushButton("Add figure")
        self.figures.setMenu(self._figure_menu())
        for part in (self.stages, self.limits, self.figures, self.budget):
            part.setFixedHeight(LINE_PX)
        for widget, name in (
            (self.batch_size, "Connections per batch"),
            (self.batch_delay, "Seconds between batches"),
            (self.opening, "Maximum number of connections opening at the same time"),
            (self.per_channel, "Maximum number of streams that share a TCP and TLS connection"),
            (self.stages, "Stages"),
            (self.limits, "Limits"),
            (self.budget, "Budget"),
            (self.figures, "Add a figure to the limits"),
        ):
            widget.setAccessibleName(name)
        self.stages_words, self.limits_words = label("", "caption", wrap=True), label("", "caption", wrap=True)
        self.budget_words = label("", "caption", wrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.use_button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.use_button.setText("Use")
        self._compose()
        self.ways.get(ramp.way, self.ways[AT_ONCE]).setChecked(True)
        self.batch_size.setValue(ramp.batch_size)
        self.batch_delay.setValue(ramp.batch_delay_s)
        self.opening.setValue(ramp.opening_max)
        self.per_channel.setValue(ramp.streams_per_channel)
        for way in self.ways.values():
            way.toggled.connect(lambda _on: self._changed())
        self.batch_size.valueChanged.connect(lambda _value: self.ways[BATCHES].setChecked(True))
        self.batch_delay.valueChanged.connect(lambda _value: self.ways[BATCHES].setChecked(True))
        self.stages.textEdited.connect(lambda _text: self.ways[STAGES].setChecked(True))
        for line in (self.stages, self.limits, self.budget):
            line.textChanged.connect(lambda _text: self._changed())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self.ramp()))
        self._changed()
        self.resize(self.minimumWidth(), self.heightForWidth(self.minimumWidth()))
        (self.stages if ramp.way == STAGES else self.ways[self.ramp().way]).setFocus()

    def _compose(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(label("Opening connections", "title"))
        layout.addWidget(self.ways[AT_ONCE])
        layout.addLayout(_row(self.ways[BATCHES], self.batch_size, "connections every", self.batch_delay))
        stages = _row(self.ways[STAGES], stretch=False)
        stages.addWidget(self.stages, 1)
        layout.addLayout(stages)
        layout.addLayout(_indented(self.stages_words))
        layout.addLayout(_row("In all cases, open at most", self.opening, "connections at the same time."))
        layout.addLayout(_row("Streams per channel (TCP and TLS connection): at most", self.per_channel))
        layout.addWidget(self.preview)
        layout.addSpacing(SPACE_M)
        layout.addWidget(label("Limits", "title"))
        limits = QHBoxLayout()
        limits.setSpacing(SPACE_S)
        limits.addWidget(self.limits, 1)
        limits.addWidget(self.figures)
        layout.addLayout(limits)
        layout.addWidget(self.limits_words)
        layout.addSpacing(SPACE_M)
        layout.addWidget(label("Budget", "title"))
        layout.addWidget(self.budget)
        layout.addWidget(self.budget_words)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self.buttons)

    def ramp(self) -> Ramp:
        """What is chosen."""
        return Ramp(
            way=next(name for name, way in self.ways.items() if way.isChecked()),
            opening_max=self.opening.value(),
            streams_per_channel=self.per_channel.value(),
            batch_size=self.batch_size.value(),
            batch_delay_s=self.batch_delay.value(),
            stages=self.stages.text().strip(),
            limits=self.limits.text().strip(),
            budget=self.budget.text().strip(),
        )

    def _changed(self) -> None:
        ramp = self.ramp()
        wrong = (ramp.stages_problem(), ramp.limits_problem(), ramp.budget_problem(self._prices))
        for words, problem, usual in zip(
            (self.stages_words, self.limits_words, self.budget_words),
            wrong,
            (_STAGES_MEAN, _LIMITS_MEAN, _BUDGET_MEANS),
            strict=True,
        ):
            words.setText(usual if problem is None else _short(problem))
            set_role(words, "caption" if problem is None else "danger")
        self.preview.show_curve(load_curve(ramp, self._connections, self._duration_s))
        self.use_button.setEnabled(not any(wrong))

    def add_figure(self, name: str) -> None:
        """Begin a limit on a figure; what is missing is its number."""
        before = self.limits.text().strip().rstrip(",")
        relation = ">=" if name.startswith("completed") else "<"
        self.limits.setText(f"{before}{', ' if before else ''}{name}{relation}")
        self.limits.setFocus()

    def _figure_menu(self) -> QMenu:
        menu = QMenu(self)
        for group in groups():
            figures = menu.addMenu(group.title)
            for name, meaning in group.figures:
                figures.addAction(f"{name}: {meaning}", partial(self.add_figure, name))
        return menu


def _short(problem: Problem) -> str:
    """The result in one sentence, or two if something has to be done; the menu has all figures."""
    return problem.what if problem.code == "limit_unknown" else problem.sentence()


def _row(*parts: QWidget | str, stretch: bool = True) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    for part in parts:
        row.addWidget(label(part) if isinstance(part, str) else part)
    if stretch:
        row.addStretch()
    return row


def _indented(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(SPACE_XL, 0, 0, 0)
    row.addWidget(widget)
    return row
