"""What to search for: endpoint, data set, limits, how far, and what the search may use; Search with its progress."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QSpinBox,
)

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity_choices import STREAMS_MAX, SearchChoices
from flux_desktop.ui.panels.target_fields import TargetFields
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import Panel, button, label, roomy, set_role
from flux_desktop.ui.widgets.progress_lines import ProgressLines

FIELD_PX = 66
LIMITS_TIP = (
    "What the endpoint must meet, separated by commas: wire, update or end_delivery, with p50, p90, p95 or p99. "
    "wire_p95_ms<400 limits the time from the last audio of an Update on the wire to its arrival."
)


class CapacityInputs(Panel):
    """Choices of a search.

    Signals:
        search_wanted, stop_wanted: the button.
        support_wanted: what the endpoint supports is to be shown.
        changed: a choice was changed; read `choices`.
    """

    support_wanted = Signal()
    search_wanted = Signal()
    stop_wanted = Signal()
    changed = Signal()

    def __init__(self, state: AppState) -> None:
        self.support_button = button(
            "What does it support?",
            lambda: self.support_wanted.emit(),
            kind="link",
            tip="Show what the endpoint's build was found to support, or probe it",
        )
        super().__init__("Search", "", self.support_button)
        self._searching = False
        self.target = TargetFields(state, "Endpoint to load", "Clips to stream, others on each connection")
        self.endpoint, self.data_button = self.target.endpoint, self.target.data_button
        self.choose_data, self.refresh_endpoints = self.target.choose_data, self.target.refresh
        self.target.data_chosen.connect(self.changed)
        self.body.addWidget(self.target)
        usual = SearchChoices()
        self.limits = _line(usual.limits, "Limits", LIMITS_TIP)
        self.body.addWidget(label("Limits", "caption"))
        self.body.addWidget(self.limits)
        self.max_streams = _number("At most", usual.max_streams, STREAMS_MAX, "The largest number of streams to try")
        self.start = _number("Begin at", usual.start, STREAMS_MAX, "The first number of streams; it doubles from there")
        self.measure = _number("Measure", int(usual.measure_s), 600, "Seconds that each rung is measured", " s")
        self.settle = _number("Settle", int(usual.settle_s), 600, "Longest time until latency no longer grows", " s")
        self.repeats = _number("Repeats", usual.repeats, 10, "How often both ends of the bracket are measured")
        self.budget = _line("", "Budget", "End the search there: stream-minutes, such as 500, or money, such as 5usd")
        self.until = _line("", "Until", "End the search at this time of day, HH:MM")
        self.budget.setPlaceholderText("none")
        self.until.setPlaceholderText("18:30")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S - 2)
        grid.setVerticalSpacing(SPACE_S - 2)
        fields = (
            ("At most", self.max_streams),
            ("Begin at", self.start),
            ("Measure", self.measure),
            ("Settle", self.settle),
            ("Repeats", self.repeats),
            ("Budget", self.budget),
            ("Until", self.until),
        )
        for place, (name, field) in enumerate(fields):
            row, column = divmod(place, 2)
            grid.addWidget(label(name), row, 2 * column)
            field.setFixedWidth(FIELD_PX)
            grid.addWidget(field, row, 2 * column + 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        self.in_phase = QCheckBox("In phase")
        self.in_phase.setToolTip(
            "All connections send the same clips at the same time: turns end together, the worst case"
        )
        self.in_phase.toggled.connect(lambda _on: self.changed.emit())
        grid.addWidget(self.in_phase, 3, 2, 1, 2)
        self.body.addLayout(grid)
        for field in (self.limits, self.budget, self.until):
            field.textChanged.connect(lambda _text: self.changed.emit())
        for number in (self.max_streams, self.start, self.measure, self.settle, self.repeats):
            number.valueChanged.connect(lambda _value: self.changed.emit())
        self.cost = label("", "strong", wrap=True)
        self.body.addWidget(self.cost)
        self.search_button = button("Search", self._pressed, kind="go", tip="Load the endpoint rung by rung")
        self.progress = ProgressLines("Progress of the search")
        self.body.addWidget(self.search_button)
        self.body.addWidget(self.progress)
        self.show_progress(0.0, "", "")
        self.progress.bar.hide()

    @property
    def choices(self) -> SearchChoices:
        """As the controls show it."""
        return SearchChoices(
            path=self.target.path,
            limits=self.limits.text(),
            start=self.start.value(),
            max_streams=self.max_streams.value(),
            repeats=self.repeats.value(),
            settle_s=float(self.settle.value()),
            measure_s=float(self.measure.value()),
            in_phase=self.in_phase.isChecked(),
            budget=self.budget.text(),
            until=self.until.text(),
        )

    def show_choices(self, choices: SearchChoices) -> None:
        """Set the controls."""
        self.limits.setText(choices.limits)
        for field, value in (
            (self.start, choices.start),
            (self.max_streams, choices.max_streams),
            (self.repeats, choices.repeats),
            (self.settle, choices.settle_s),
            (self.measure, choices.measure_s),
        ):
            field.setValue(int(value))
        self.in_phase.setChecked(choices.in_phase)
        self.budget.setText(choices.budget)
        self.until.setText(choices.until)
        self.choose_data(choices.path)

    def show_state(self, *, searching: bool, stopping: bool, can_search: bool, main: bool, effort: str) -> None:
        """Whether a search is in progress, whether one can be started and is what to do next, and what it would use."""
        self._searching = searching
        words = ("Stopping…" if stopping else "Stop") if searching else "Search"
        self.search_button.setText(words)
        self.search_button.setAccessibleName(f"{words}: capacity search")
        self.search_button.setEnabled((searching and not stopping) or can_search)
        set_role(self.search_button, "go" if main and can_search and not searching else "stop", "kind")
        self.progress.bar.setVisible(searching)
        self.cost.setText(effort)
        choices = (
            self.target,
            self.limits,
            self.max_streams,
            self.start,
            self.measure,
            self.settle,
            self.repeats,
            self.budget,
            self.until,
            self.in_phase,
        )
        for widget in choices:
            widget.setEnabled(not searching)

    def show_progress(self, share: float, done: str, left: str) -> None:
        """How far the search is (0 to 1), or what came of the last one."""
        self.progress.show_share(share, done, left)
        for part in (self.progress.done, self.progress.left):
            part.setVisible(bool(done or left))

    def _pressed(self) -> None:
        (self.stop_wanted if self._searching else self.search_wanted).emit()


def _line(words: str, name: str, tip: str) -> QLineEdit:
    field = QLineEdit(words)
    field.setAccessibleName(name)
    field.setToolTip(tip)
    return field


def _number(name: str, value: int, most: int, tip: str, suffix: str = "") -> QSpinBox:
    field = QSpinBox()
    field.setRange(1, most)
    field.setValue(value)
    field.setSuffix(suffix)
    field.setAccessibleName(name)
    field.setToolTip(tip)
    roomy(field)
    return field
