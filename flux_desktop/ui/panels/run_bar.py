"""Run controls: start and stop, connections, ramp, duration, progress; the figures are `run_headline`'s."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import CONNECTIONS_MAX
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.panels.ramp_dialog import RampDialog
from flux_desktop.ui.panels.run_headline import RunHeadline
from flux_desktop.ui.panels.run_progress import RunProgress
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S
from flux_desktop.ui.widgets.basics import IconButton, button, label, plain_tip, roomy, set_role
from flux_desktop.ui.widgets.decimal_field import DecimalField

ROOMY_PX = 1480
"""Below this width the time that is left is not shown."""
FIELD_PX = 30
LOCKED_TIP = "This cannot be changed while a run is in progress."
START_PX, STOP_PX, RAMP_PX = 136, 124, 136
"""Fixed, whatever the words: buttons and fields to the right must not move when a run starts or stops."""


class RunBar(QWidget):
    """Controls and headline of a run.

    Signals:
        start_clicked, stop_clicked: the buttons.
        theme_clicked, present_clicked: toggle dark mode, and the presenter view.
    """

    start_clicked = Signal()
    stop_clicked = Signal()
    theme_clicked = Signal()
    present_clicked = Signal()

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._ramp_shown: Ramp | None = None
        self._quiet = False
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_S + 2)
        self.start_button = button("Start", self.start_clicked.emit, kind="go", tip="Start streaming (Ctrl+R)")
        self.stop_button = button(
            "Stop", self.stop_clicked.emit, kind="stop", tip="Finish open turns and stop (Ctrl+.)"
        )
        self.start_button.setFixedWidth(START_PX)
        self.stop_button.setFixedWidth(STOP_PX)
        for push_button in (self.start_button, self.stop_button):
            push_button.setIconSize(QSize(14, 14))
            row.addWidget(push_button)
        self.connections = QSpinBox()
        self.connections.setRange(1, CONNECTIONS_MAX)
        self.connections.setFixedWidth(64)
        self.duration = DecimalField()
        self.duration.setRange(0, 86_400)
        self.duration.setDecimals(0)
        self.duration.setSuffix(" s")
        self.duration.setSpecialValueText("whole file")
        self.duration.setFixedWidth(108)
        for field in (self.connections, self.duration):
            roomy(field)
        self.loop = QCheckBox("repeat")
        self.ramp_button = button("", self.choose_ramp, kind="field")
        self.ramp_button.setFixedWidth(RAMP_PX)
        row.addSpacing(SPACE_S)
        self._fields: dict[str, QWidget] = {}
        for name, widget in (
            ("Connections", self.connections),
            ("Ramp", self.ramp_button),
            ("Duration", self.duration),
            ("Loop", self.loop),
        ):
            widget.setAccessibleName(name)
            self._fields[name] = _captioned(name, widget)
            row.addWidget(self._fields[name])
        row.addSpacing(SPACE_S)
        self.progress = RunProgress()
        row.addWidget(self.progress, 1)
        row.addSpacing(SPACE_S)
        self.headline = RunHeadline(row)
        self._tips: dict[QWidget, str] = {
            self.connections: "How many connections stream at the same time, each with a stream of its own",
            self.duration: "When to stop; 0 streams the whole file once, or until stopped with Loop",
        }
        self.theme_button = IconButton(theme, "sun-moon", "Toggle dark mode (Ctrl+Shift+L)", self.theme_clicked.emit)
        self.present_button = IconButton(theme, "maximize", "Presenter view (F11)", self.present_clicked.emit)
        row.addWidget(self.theme_button)
        row.addWidget(self.present_button)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_choices()
        self.connections.valueChanged.connect(lambda _value: self._chosen())
        self.duration.valueChanged.connect(lambda _value: self._chosen())
        self.loop.toggled.connect(lambda _on: self._chosen())
        state.listen(self.show_choices)

    def choose_ramp(self) -> None:
        """Open the dialog for the ramp and the limits."""
        choices = self._state.choices
        recording = self._state.recording
        length_s = choices.duration_s or (0.0 if recording is None or choices.loop else recording.duration_s)
        dialog = RampDialog(self.window(), choices.ramp, choices.connections, length_s, self._state.prices)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.set_ramp)
        dialog.open()

    def set_ramp(self, ramp: Ramp) -> None:
        """Choose another ramp."""
        self._state.choices.ramp = ramp
        self._state.changed()

    def show_choices(self) -> None:
        """Show what is chosen in the fields."""
        choices = self._state.choices
        for field in (self.connections, self.duration, self.loop):
            field.blockSignals(True)
        self.connections.setValue(choices.connections)
        self.duration.setValue(choices.duration_s)
        self.loop.setChecked(choices.loop)
        for field in (self.connections, self.duration, self.loop):
            field.blockSignals(False)
        if choices.ramp != self._ramp_shown:
            self._ramp_shown = choices.ramp
            self._show_ramp(choices.ramp)

    def _chosen(self) -> None:
        choices = self._state.choices
        choices.connections = self.connections.value()
        choices.duration_s = self.duration.value()
        choices.loop = self.loop.isChecked()
        self._state.changed()

    def _show_ramp(self, ramp: Ramp) -> None:
        """Stages determine the number of connections and the duration, so those fields are hidden."""
        words = ramp.words()
        metrics = self.ramp_button.fontMetrics()
        limits = f" · {ramp.limit_words()}" if ramp.limit_words() else ""
        room_px = RAMP_PX - 2 * SPACE_M - metrics.horizontalAdvance(limits)
        way = metrics.elidedText(ramp.way_words(), Qt.TextElideMode.ElideRight, room_px)
        self.ramp_button.setText(f"{way}{limits}")
        self.ramp_button.setAccessibleName(f"Ramp: {words}")
        self._tips[self.ramp_button] = plain_tip(
            f"{words}\nHow connections are opened, and the limits for PASS or FAIL (Ctrl+Shift+P)"
        )
        self.ramp_button.setToolTip(self._tips[self.ramp_button])
        for name in ("Connections", "Duration"):
            self._fields[name].setVisible(ramp.way != STAGES)
        self._tips[self.loop] = (
            "Stages repeat the recording as needed" if ramp.way == STAGES else "Start the recording again when it ends"
        )

    def set_quiet(self, quiet: bool) -> None:
        """On pages with a main action of their own, Start is an ordinary button that names its page."""
        self._quiet = quiet
        self.refresh()

    def refresh(self) -> None:
        """Show the run."""
        state, model = self._state, self._state.run
        active = model.active
        start_had_focus = self.start_button.hasFocus()
        self.start_button.setEnabled(not active)
        running = "Replaying" if model.current.origin is Origin.REPLAY else "Running"
        words = {RunPhase.STARTING: "Starting…", RunPhase.RUNNING: running, RunPhase.STOPPING: "Stopping…"}
        self.start_button.setText(words.get(model.phase, "Start live" if self._quiet else "Start"))
        quiet = self._quiet if not active else model.current.origin is not Origin.LIVE
        if set_role(self.start_button, "stop" if quiet else "running" if active else "go", "kind"):
            self._restyle()
        had_focus = self.stop_button.hasFocus()
        self.stop_button.setEnabled(model.phase in {RunPhase.STARTING, RunPhase.RUNNING, RunPhase.STOPPING})
        if had_focus and not active:
            self.start_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif start_had_focus and active:
            self.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stop_button.setText("Stop now" if model.phase is RunPhase.STOPPING else "Stop")
        microphone = state.uses_microphone
        for widget in (self.connections, self.duration, self.ramp_button):
            widget.setEnabled(not active)
        for field, tip in self._tips.items():
            field.setToolTip(LOCKED_TIP if active else tip)
        if microphone and not active:
            self.loop.setToolTip("A microphone has no end, so it cannot be repeated")
        self.loop.setEnabled(not (microphone or active or state.choices.ramp.way == STAGES))
        self.duration.setSpecialValueText("until stopped" if microphone or state.choices.loop else "whole file")
        self.progress.show_run(model.current, state.planned_s())
        self.headline.show_run(model.current, self.width())

    def _restyle(self) -> None:
        colours = self._theme.current
        kind = self.start_button.property("kind")
        usable = {"stop": colours.text, "running": colours.ok}.get(kind, colours.on_fill)
        self.start_button.setIcon(icons.icon("play", usable, usable if kind == "running" else colours.muted))
        self.stop_button.setIcon(icons.icon("square", colours.text, colours.muted))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.progress.left.setVisible(self.width() >= ROOMY_PX)
        self.headline.show_run(self._state.run.current, self.width())
        self._row.activate()  # Qt has laid it out before this event, with more figures than there is room for


def _captioned(name: str, field: QWidget) -> QWidget:
    """A field with its name above it."""
    group = QWidget()
    column = QVBoxLayout(group)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    caption = label(name, "caption")
    caption.setBuddy(field)
    field.setFixedHeight(FIELD_PX)
    column.addStretch()
    column.addWidget(caption)
    column.addWidget(field)
    column.addStretch()
    return group
