"""What to measure: endpoint, data set, how often, what it costs, and Record with its progress."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSpinBox

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import CONNECTIONS_MAX, REPEATS_MAX, Measurement
from flux_desktop.ui.panels.target_fields import TargetFields
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, button, label, roomy, set_role
from flux_desktop.ui.widgets.progress_lines import ProgressLines


class MeasurePanel(Panel):
    """Choices of a recording.

    Signals:
        record_wanted, cancel_wanted: the button.
        session_wanted: a past session is to be opened.
        changed: a choice was changed; read `measurement`.
    """

    record_wanted = Signal()
    cancel_wanted = Signal()
    session_wanted = Signal()
    changed = Signal()

    def __init__(self, state: AppState) -> None:
        self.session_button = button(
            "From session…",
            lambda: self.session_wanted.emit(),
            kind="link",
            tip="Evaluate a past session that streamed recordings with known turns",
        )
        super().__init__("Measure", "", self.session_button)
        self._recording = False
        self.target = TargetFields(state, "Endpoint to measure", "Choose a data set with turns")
        self.endpoint, self.data_button = self.target.endpoint, self.target.data_button
        self.choose_data, self.refresh_endpoints = self.target.choose_data, self.target.refresh
        self.target.data_chosen.connect(self.changed)
        self.facts = ElidedLabel("caption")
        for widget in (self.target, self.facts):
            self.body.addWidget(widget)
        self.repeats, self.connections = QSpinBox(), QSpinBox()
        usual = Measurement()
        row = QGridLayout()
        row.setHorizontalSpacing(SPACE_S - 2)
        for column, (name, field, value, high, tip) in enumerate(
            (
                ("Repeats", self.repeats, usual.repeats, REPEATS_MAX, "How often each clip is recorded"),
                (
                    "Connections",
                    self.connections,
                    usual.connections,
                    CONNECTIONS_MAX,
                    "Held at the same time; each clip has a connection of its own",
                ),
            )
        ):
            field.setRange(1, high)
            field.setValue(value)
            field.setFixedWidth(46)
            field.setAccessibleName(name)
            field.setToolTip(tip)
            roomy(field)
            field.valueChanged.connect(lambda _value: self.changed.emit())
            row.addWidget(label(name), 0, 2 * column)
            row.addWidget(field, 0, 2 * column + 1)
        row.setColumnStretch(0, 1)
        row.setColumnStretch(2, 1)
        self.body.addLayout(row)
        self.noise = QCheckBox("Line noise")
        self.noise.setToolTip("Noise of −60 dBFS in the silence after each clip, as on a telephone line")  # noqa: RUF001
        self.noise.toggled.connect(lambda _on: self.changed.emit())
        self.body.addWidget(self.noise)
        self.cost = label("", "strong", wrap=True)
        self.body.addWidget(self.cost)
        self.record_button = button("Record", self._pressed, kind="go", tip="Stream the data set once for all settings")
        self.progress = ProgressLines("Progress of the recording")
        self.body.addWidget(self.record_button)
        self.body.addWidget(self.progress)
        self.progress.bar.hide()

    @property
    def measurement(self) -> Measurement:
        """As the controls show it."""
        return Measurement(
            path=self.target.path,
            repeats=self.repeats.value(),
            connections=self.connections.value(),
            line_noise=self.noise.isChecked(),
        )

    def show_size(self, size: str, cost: str) -> None:
        """Show how much there is to record; empty while it is being read."""
        self.facts.setText(size)
        self.cost.setText(cost)

    def show_state(self, *, recording: bool, stopping: bool, can_record: bool, recorded: bool) -> None:
        """Whether a recording is in progress, and whether one can be started; green is only the first one."""
        self._recording = recording
        self.record_button.setText(
            ("Stop now" if stopping else "Cancel") if recording else "Record again" if recorded else "Record"
        )
        self.record_button.setAccessibleName(f"{self.record_button.text()}: recording of the data set")
        self.record_button.setEnabled(recording or can_record)
        set_role(self.record_button, "stop" if recording or recorded or not can_record else "go", "kind")
        self.progress.bar.setVisible(recording)
        choices = (self.target, self.repeats, self.connections, self.noise, self.session_button)
        for widget in choices:
            widget.setEnabled(not recording)

    def show_progress(self, share: float, done: str, left: str) -> None:
        """How far the recording is (0 to 1), or what came of the last one."""
        self.progress.show_share(share, done, left)

    def _pressed(self) -> None:
        (self.cancel_wanted if self._recording else self.record_wanted).emit()
