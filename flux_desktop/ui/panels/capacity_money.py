"""Prices as the user enters them, and what conversations cost at the capacity found."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QLineEdit, QSlider, QWidget

from flux_desktop.evaluation.cost import SUGGESTED_CURRENCY, Prices
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.style.tokens import SPACE_XS
from flux_desktop.ui.widgets.basics import Panel, label, roomy, set_role

_FIELD_PX = 92
_FIELDS = (
    ("licence_per_stream_minute", "Licence per stream-minute"),
    ("instance_per_hour", "Instance per hour"),
    ("hosted_per_minute", "Hosted, per minute"),
)


class CapacityMoney(Panel):
    """Edits the prices of a `CapacityModel` and shows its cost sheet.

    Signals:
        prices_entered: the user entered a price; read `prices`.
        changed: utilisation or length was changed.
    """

    prices_entered = Signal()
    changed = Signal()

    def __init__(self, model: CapacityModel) -> None:
        super().__init__("Cost", "")
        self._model = model
        self._showing = False
        self.fields: dict[str, QDoubleSpinBox] = {name: _price(words) for name, words in _FIELDS}
        self.currency = QLineEdit(SUGGESTED_CURRENCY)
        self.currency.setMaxLength(3)
        self.currency.setFixedWidth(_FIELD_PX)
        self.currency.setAccessibleName("Currency")
        self.currency.setToolTip("Of all prices, such as USD or EUR")
        self.minutes = QDoubleSpinBox()
        self.minutes.setDecimals(1)
        self.minutes.setRange(0.1, 600)
        self.minutes.setValue(model.minutes_each)
        self.minutes.setSuffix(" min")
        self.minutes.setFixedWidth(_FIELD_PX)
        self.minutes.setAccessibleName("Length of a conversation")
        roomy(self.minutes)
        self.utilisation = QSlider(Qt.Orientation.Horizontal)
        self.utilisation.setRange(10, 100)
        self.utilisation.setFixedWidth(_FIELD_PX)
        self.utilisation.setValue(round(100 * model.utilisation))
        self.utilisation.setAccessibleName("Utilisation in percent")
        self.utilisation.setToolTip("Part of the capacity that is used on average")
        self.utilisation_words = label("")
        rows: list[tuple[QWidget, QWidget]] = [(label(words), self.fields[name]) for name, words in _FIELDS]
        rows += [
            (label("Currency"), self.currency),
            (self.utilisation_words, self.utilisation),
            (label("A conversation lasts"), self.minutes),
        ]
        grid = QGridLayout()
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(0, 1)
        for row, (name, field) in enumerate(rows):
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
        self.body.addLayout(grid)
        self.origin = label("", "caption", wrap=True)
        self.body.addWidget(self.origin)
        for price in self.fields.values():
            price.editingFinished.connect(self._entered)
        self.currency.editingFinished.connect(self._entered)
        self.utilisation.valueChanged.connect(lambda _value: self._use_changed())
        self.minutes.valueChanged.connect(lambda _value: self._use_changed())
        self.sheet = QGridLayout()
        self.sheet.setVerticalSpacing(SPACE_XS)
        self.sheet.setColumnStretch(0, 1)
        self.body.addLayout(self.sheet)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self.reason = label("", "caption", wrap=True)
        self.body.addWidget(self.reason)
        self.refresh()

    @property
    def prices(self) -> Prices:
        """As entered, of today."""
        entered = {name: field.value() or None for name, field in self.fields.items()}
        currency = self.currency.text().strip().upper() or SUGGESTED_CURRENCY
        return replace(
            self._model.prices, **entered, currency=currency, date=f"{date.today():%Y-%m-%d}", suggested=False
        )

    def refresh(self) -> None:
        """Show prices and cost."""
        model = self._model
        self._showing = True
        for name, field in self.fields.items():
            if not field.hasFocus():
                field.setValue(getattr(model.prices, name) or 0.0)
        if not self.currency.hasFocus():
            self.currency.setText(model.prices.currency)
        self._showing = False
        suggested = model.prices.suggested
        self.origin.setText(
            f"The licence is a suggestion of {model.prices.date}: enter your own."
            if suggested
            else f"Entered on {model.prices.date}."
            if model.prices.date
            else ""
        )
        set_role(self.origin, "warn" if suggested else "caption")
        self.utilisation_words.setText(f"Utilisation {model.utilisation:.0%}")
        rows = model.cost_rows()
        while len(self._rows) < len(rows):
            pair = (label(""), label("", "strong"))
            self.sheet.addWidget(pair[0], len(self._rows), 0)
            self.sheet.addWidget(pair[1], len(self._rows), 1)
            self._rows.append(pair)
        for place, pair in enumerate(self._rows):
            known = place < len(rows)
            for widget, words in zip(pair, rows[place] if known else ("", ""), strict=True):
                widget.setText(words)
                widget.setVisible(known)
        reason = model.cost_reason()
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def _entered(self) -> None:
        shown = self.prices
        old = self._model.prices
        if self._showing or all(getattr(shown, name) == getattr(old, name) for name in (*self.fields, "currency")):
            return
        self.prices_entered.emit()

    def _use_changed(self) -> None:
        self._model.utilisation = self.utilisation.value() / 100
        self._model.minutes_each = self.minutes.value()
        self.changed.emit()


def _price(name: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setDecimals(4)
    field.setRange(0, 100_000)
    field.setSpecialValueText("not set")
    field.setFixedWidth(_FIELD_PX)
    field.setAccessibleName(name)
    roomy(field)
    return field
