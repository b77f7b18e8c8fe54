"""The setting that the Tune page looks at: three controls, each beside the value of Live, and a button to use them."""

from __future__ import annotations

from PySide6.QtCore import Signal

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.flux.options import EOT_THRESHOLD
from flux_desktop.ui.panels.threshold_fields import couple, eager_field, end_of_turn_field, timeout_field
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.widgets.basics import Panel, button, label, set_role

TIMEOUT_MAX_MS = 10_000
"""Longest timeout to choose here: every build accepts it."""


class SettingPanel(Panel):
    """Three values to try.

    Signals:
        changed: the user moved a control; read `setting`.
        use_wanted: Live is to use these values.
        confirm_wanted: this setting and the current one are to be run live.
    """

    changed = Signal()
    use_wanted = Signal()
    confirm_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Setting")
        self.body.setSpacing(SPACE_S - 2)
        self.eot, self.eager, self.timeout = end_of_turn_field(), eager_field(), timeout_field(TIMEOUT_MAX_MS)
        for field in (self.eot, self.eager, self.timeout):
            field.changed.connect(self._edited)
            self.body.addWidget(field)
        self.bounds = label("", "caption", wrap=True)
        self.bounds.hide()
        self.body.addWidget(self.bounds)
        self.use_button = button(
            "Use these values",
            self.use_wanted.emit,
            kind="main",
            tip="Set these values on the Live page and send them to the run in progress (Ctrl+Return)",
        )
        self.body.addWidget(self.use_button)
        self.effect = label("", "caption", wrap=True)
        self.body.addWidget(self.effect)
        self.confirm_button = button(
            "Confirm live…",
            self.confirm_wanted.emit,
            tip="Stream the data set live with this setting and with the current one, and compare with the replay",
        )
        self.confirm_cost, self.confirmed = label("", "caption", wrap=True), label("", "ok", wrap=True)
        self.progress = WorkBar("live confirmation of the setting")
        for widget in (self.confirm_button, self.confirm_cost, self.progress, self.confirmed):
            self.body.addWidget(widget)
            widget.hide()
        couple(self.eot, self.eager)

    @property
    def setting(self) -> Setting:
        """The values as the controls show them."""
        return Setting(
            eot=self.eot.value or 0.0,
            eager=self.eager.value,
            timeout_ms=round((self.timeout.value or 0.0) * 1000),
        )

    def show_setting(self, setting: Setting) -> None:
        """Move the controls without reporting it."""
        self.eot.set_value(setting.eot)
        couple(self.eot, self.eager)
        self.eager.set_value(setting.eager)
        self.timeout.set_value(setting.timeout_ms / 1000)

    def show_recorded(self, recorded: Setting) -> None:
        """Narrow the ranges to what the recording can answer for."""
        self.eot.set_maximum(recorded.eot)
        self.timeout.set_maximum(min(TIMEOUT_MAX_MS, recorded.timeout_ms) / 1000)
        narrowed = recorded.eot < EOT_THRESHOLD.high or recorded.timeout_ms < TIMEOUT_MAX_MS
        self.bounds.setText(
            f"Recorded at {recorded.eot:.2f} and {recorded.timeout_ms / 1000:g} s: what higher values would have done "
            "is not known."
        )
        self.bounds.setVisible(narrowed)

    def show_current(self, current: Setting, effect: str) -> None:
        """Show what Live uses now, and what the button will do."""
        eager = current.eager
        self.eot.set_state(f"current {current.eot:.2f}", "caption")
        self.eager.set_state("current off" if eager is None else f"current {eager:.2f}", "caption")
        self.timeout.set_state(f"current {current.timeout_ms / 1000:.1f} s", "caption")
        self.effect.setText(effect)
        self.effect.setVisible(bool(effect))
        self.use_button.setEnabled(self.setting != current)

    def show_confirming(
        self, *, offered: bool, enabled: bool, cost: str, result: str, detail: str = "", good: bool = True
    ) -> None:
        """Offer to confirm the setting live, with what that costs, and show what came of it; `detail` is its tip."""
        self.confirm_button.setVisible(offered)
        self.confirm_button.setEnabled(enabled)
        self.confirm_cost.setText(cost)
        self.confirm_cost.setVisible(offered and bool(cost))
        self.confirmed.setText(result)
        self.confirmed.setToolTip(detail)
        set_role(self.confirmed, "ok" if good else "warn")
        self.confirmed.setVisible(bool(result))

    def _edited(self) -> None:
        couple(self.eot, self.eager)
        self.changed.emit()
