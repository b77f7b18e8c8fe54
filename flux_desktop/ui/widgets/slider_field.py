"""A number with a slider, a field, its range, and a line about what is in force."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSlider, QWidget

from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, label, roomy, set_role
from flux_desktop.ui.widgets.decimal_field import DecimalField

INLINE_PX, INLINE_LEAST_PX = 84, 40
"""Width of a slider beside its field, and where a long name leaves less room."""
BESIDE = (5, 4)
"""How a slider and the state beside it share their line."""
QWIDGETSIZE_MAX = (1 << 24) - 1
"""As in Qt: no limit."""


class SliderField(QWidget):
    """One parameter. `value` is None while its switch (if it has one) is off.

    Signals:
        changed: the value was changed by a person; read `value`.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        value: float,
        *,
        step: float,
        decimals: int,
        suffix: str = "",
        hint: str = "",
        switch: bool = False,
    ) -> None:
        super().__init__()
        self._step = step
        self.switch: QCheckBox | None = QCheckBox(name) if switch else None
        self.field = DecimalField()
        self.field.setDecimals(decimals)
        self.field.setRange(low, high)
        self.field.setSingleStep(step)
        self.field.setSuffix(suffix)
        self.field.setFixedWidth(78)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setAccessibleName(name)
        roomy(self.field)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(low / step), round(high / step))
        self.slider.setAccessibleName(f"{name}, slider")
        self._hint = label(hint, "caption")
        self.state = ElidedLabel("caption")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._head = head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.switch if self.switch is not None else label(name, "strong"))
        head.addStretch()
        head.addWidget(self.field)
        self._compact = self._inline = False
        self.setToolTip(hint)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self._hint, 2, 0)
        self._place()
        self.set_value(value)
        self.field.valueChanged.connect(self._field_moved)
        self.slider.valueChanged.connect(self._slider_moved)
        if self.switch is not None:
            self.switch.setChecked(False)
            self.switch.toggled.connect(self._switched)
            self._switched(False)

    @property
    def value(self) -> float | None:
        """The number chosen, or None while the switch is off."""
        if self.switch is not None and not self.switch.isChecked():
            return None
        return round(self.field.value(), 6)

    def set_value(self, value: float | None) -> None:
        """Set the number (None switches it off) without emitting `changed`."""
        if self.switch is not None:
            with QSignalBlocker(self.switch):
                self.switch.setChecked(value is not None)
            self._enable(value is not None)
        if value is not None:
            with QSignalBlocker(self.field), QSignalBlocker(self.slider):
                self.field.setValue(value)
                self.slider.setValue(round(value / self._step))

    def set_maximum(self, high: float) -> None:
        """Narrow the range, as for an eager threshold that may not pass the end-of-turn one."""
        with QSignalBlocker(self.field), QSignalBlocker(self.slider):
            self.field.setMaximum(high)
            self.slider.setMaximum(round(high / self._step))

    def set_state(self, words: str, role: str) -> None:
        """Show what is in force, pending or refused; `role` is caption, ok, warn or danger."""
        self.state.setText(words)
        set_role(self.state, role)
        self._show_parts()

    def set_compact(self, on: bool) -> None:
        """Show less: the state beside the slider, no range (it is in the tooltip), no slider while it is off."""
        if on is not self._compact:
            self._compact = on
            self._place()

    def set_inline(self, on: bool) -> None:
        """Show the slider beside the field instead of below it."""
        if on is not self._inline:
            self._inline = on
            self._place()

    def _place(self) -> None:
        # With room for the state at all times, nothing below moves when a run begins or ends.
        beside = self._compact and not self._inline
        if self._inline:
            self._head.insertWidget(2, self.slider)
        else:
            self._grid.addWidget(self.slider, 1, 0, 1, 1 if beside else 2)
        self.slider.setMinimumWidth(INLINE_LEAST_PX if self._inline else 0)
        self.slider.setMaximumWidth(INLINE_PX if self._inline else QWIDGETSIZE_MAX)
        self._grid.addWidget(self.state, 1 if beside else 2, 1)
        for column, share in enumerate(BESIDE if beside else (0, 1)):
            self._grid.setColumnStretch(column, share)
        self._show_parts()

    def _show_parts(self) -> None:
        self._hint.setVisible(not self._compact)
        self.state.setVisible(not self._inline or not self._compact or bool(self.state.full_text()))
        self.slider.setVisible(not self._compact or self.value is not None)

    def _field_moved(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value / self._step))
        self.changed.emit()

    def _slider_moved(self, steps: int) -> None:
        with QSignalBlocker(self.field):
            self.field.setValue(steps * self._step)
        self.changed.emit()

    def _switched(self, on: bool) -> None:
        self._enable(on)
        self.changed.emit()

    def _enable(self, on: bool) -> None:
        self.field.setEnabled(on)
        self.slider.setEnabled(on)
        self._show_parts()
