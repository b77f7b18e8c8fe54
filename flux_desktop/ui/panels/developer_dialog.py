"""Dialog for the built-in endpoint: its build, one fault that it injects, and how many streams it serves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.flux.bundles import BUNDLES, Bundle
from flux_desktop.local_faults import BEYOND_MEANING, FAULT_GROUPS, FAULTS
from flux_desktop.ui.models.developer import NO_FAULT, LocalBehaviour
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import label, plain_tip, roomy
from flux_desktop.ui.widgets.decimal_field import DecimalField
from flux_desktop.ui.widgets.name_list import NameList

_UNITS = {"percent": (" %", 100.0, 50.0), "ms": (" ms", 600_000.0, 1_000.0), "s": (" s", 86_400.0, 3.0)}
"""Suffix, highest value, and the value shown first where the fault has no default of its own."""


class DeveloperDialog(QDialog):
    """Open it with `open()`: it never blocks the window.

    Signals:
        chosen: a `LocalBehaviour` for the next runs.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, behaviour: LocalBehaviour) -> None:
        super().__init__(parent)
        self.setWindowTitle("Built-in endpoint")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.fault, self.bundle, self.value = NameList("Fault"), QComboBox(), DecimalField()
        self._list_faults()
        self.bundle.addItems(list(BUNDLES))
        self.value.setDecimals(0)
        roomy(self.value)
        self.capacity, self.beyond = QSpinBox(), QComboBox()
        self.capacity.setRange(0, 10_000)
        self.capacity.setSpecialValueText("no limit")
        self.capacity.setSuffix(" streams")
        roomy(self.capacity)
        self.beyond.addItems(list(BEYOND_MEANING))
        for widget, name in (
            (self.capacity, "Capacity"),
            (self.beyond, "Streams beyond the capacity"),
            (self.value, "Fault value"),
            (self.bundle, "Server build"),
        ):
            widget.setAccessibleName(name)
        self._meaning, self._accepts = label("", "caption", wrap=True), label("", "caption", wrap=True)
        self._overload = label("", "caption", wrap=True)
        form = QFormLayout()
        form.setVerticalSpacing(SPACE_S)
        form.setHorizontalSpacing(SPACE_M)
        form.addRow(label("Fault", "strong"), self.fault)
        form.addRow(label("Value", "strong"), self.value)
        form.addRow("", self._meaning)
        form.addRow(label("Server build", "strong"), self.bundle)
        form.addRow("", self._accepts)
        form.addRow(label("Capacity", "strong"), self.capacity)
        form.addRow(label("Beyond it", "strong"), self.beyond)
        form.addRow("", self._overload)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Use for next run")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(label("Built-in endpoint behaviour", "title"))
        layout.addWidget(
            label("Test how this program and your own clients handle a faulty endpoint.", "muted", wrap=True)
        )
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.accepted.connect(lambda: self.chosen.emit(self.behaviour()))
        self.fault.currentIndexChanged.connect(lambda _row: self._fault_changed(self.fault.currentData()))
        self.bundle.currentTextChanged.connect(lambda name: self._accepts.setText(bundle_sentence(BUNDLES[name])))
        self.bundle.setCurrentText(behaviour.bundle)
        self._accepts.setText(bundle_sentence(behaviour.build))
        self.fault.setCurrentIndex(max(0, self.fault.findData(behaviour.fault)))
        self._fault_changed(behaviour.fault)
        if behaviour.value is not None:
            self.value.setValue(behaviour.value)
        self.capacity.valueChanged.connect(lambda _value: self._capacity_changed())
        self.beyond.currentTextChanged.connect(lambda _name: self._capacity_changed())
        self.beyond.setCurrentText(behaviour.beyond)
        self.capacity.setValue(behaviour.capacity or 0)
        self._capacity_changed()

    def behaviour(self) -> LocalBehaviour:
        """What is chosen."""
        value = self.value.value() if self.value.isEnabled() else None
        return LocalBehaviour(
            self.fault.currentData(),
            value,
            self.bundle.currentText(),
            self.capacity.value() or None,
            self.beyond.currentText(),
        )

    def _list_faults(self) -> None:
        """All faults with what they do, under a heading for each kind."""
        self.fault.addItem(NO_FAULT, NO_FAULT)
        model = self.fault.model()
        assert isinstance(model, QStandardItemModel)
        for title, names in FAULT_GROUPS.items():
            heading = QStandardItem(title)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setFont(font(TYPE_CAPTION_PX, bold=True))
            model.appendRow(heading)
            for name in names:
                sentence = FAULTS[name].sentence
                self.fault.addItem(f"{name}: {sentence}", name)
                self.fault.setItemData(self.fault.count() - 1, plain_tip(sentence), Qt.ItemDataRole.ToolTipRole)

    def _capacity_changed(self) -> None:
        limited = bool(self.capacity.value())
        self.beyond.setEnabled(limited)
        meaning = dict(BEYOND_MEANING.items()).get(self.beyond.currentText(), "")  # type: ignore[call-overload]
        self._overload.setText(meaning if limited else "It serves as many streams as this machine can.")

    def _fault_changed(self, name: str) -> None:
        kind = FAULTS.get(name)
        unit = "" if kind is None else kind.unit
        suffix, most, first = _UNITS.get(unit, (f" {unit}" if unit else "", 1_000_000.0, 1.0))
        self.value.setEnabled(bool(unit))
        self.value.setSuffix(suffix)
        self.value.setRange(0, most)
        self.value.setValue(first if kind is None or kind.default is None else kind.default)
        self._meaning.setText("Behaves like Flux." if kind is None else kind.sentence)


def bundle_sentence(bundle: Bundle) -> str:
    """What the build supports, in one sentence."""
    supported = [name for name, accepted in sorted(bundle.controls.items()) if accepted]
    refused = sorted(name for name in ("profanity_filter", "numerals") if bundle.offers(name) is False)
    without = f", without {' and '.join(refused)}" if refused else ""
    return f"{' and '.join(sorted(bundle.models))}; supports {', '.join(supported)}{without}."
