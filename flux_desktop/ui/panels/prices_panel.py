"""What conversations cost: the user's prices, and the cost sheet of the capacity that was found."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSpinBox

from flux_desktop.evaluation.cost import Prices
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.style.tokens import SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import Panel, button, label, roomy
from flux_desktop.ui.widgets.decimal_field import DecimalField

FIELD_PX = 62
_ROWS_MAX = 5


class PricesPanel(Panel):
    """Prices with their date, and what follows from them.

    Signals:
        prices_edited: a price was changed; read `prices`.
        assumptions_edited: utilisation or length was changed; read `utilisation` and `minutes_each`.
        confirmed: the suggested price is taken as the user's own.
    """

    prices_edited = Signal()
    assumptions_edited = Signal()
    confirmed = Signal()

    def __init__(self, model: CapacityModel) -> None:
        self.entered = label("", "caption")
        super().__init__("Cost", "", self.entered)
        self._model = model
        self.currency = QLineEdit()
        self.currency.setMaxLength(3)
        self.currency.setFixedWidth(FIELD_PX)
        self.currency.setAccessibleName("Currency of the prices")
        self.currency.setToolTip("Currency of all prices, such as USD or EUR")
        self.currency.editingFinished.connect(self.prices_edited.emit)
        self.licence = _price("Licence per stream-minute", "What the licence of the model costs for each minute")
        self.instance = _price("Instance per hour", "What one instance of the endpoint costs", digits=2)
        self.hosted = _price("Hosted price per minute", "Of a hosted service, to compare with")
        self.utilisation_field, self.minutes_field = QSpinBox(), DecimalField()
        for field, low, high, suffix, name, tip in (
            (self.utilisation_field, 10, 100, " %", "Utilisation", "Share of the capacity that is in use on average"),
            (self.minutes_field, 0.5, 600, " min", "Length of a conversation", "For the price of one conversation"),
        ):
            field.setRange(low, high)  # type: ignore[arg-type]
            field.setSuffix(suffix)
            field.setFixedWidth(FIELD_PX)
            field.setAccessibleName(name)
            field.setToolTip(tip)
            roomy(field)
            field.valueChanged.connect(lambda _value: self.assumptions_edited.emit())
        self.minutes_field.setDecimals(1)
        for price in (self.licence, self.instance, self.hosted):
            price.valueChanged.connect(lambda _value: self.prices_edited.emit())
        self.origin = label("", "warn", wrap=True)
        self.confirm_button = button(
            "Use it", self.confirmed.emit, kind="link", tip="Take the suggested price as yours, with today's date"
        )
        self.confirm_button.setAccessibleName("Use the suggested price as yours")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S - 2)
        grid.setVerticalSpacing(SPACE_XS)
        for place, (name, widget) in enumerate(
            (
                ("Licence/min", self.licence),
                ("Instance/h", self.instance),
                ("Hosted/min", self.hosted),
                ("Utilised", self.utilisation_field),
                ("Length", self.minutes_field),
            )
        ):
            row, column = divmod(place, 2)
            name_label = label(name)
            name_label.setToolTip(widget.toolTip())
            grid.addWidget(name_label, row, 2 * column)
            grid.addWidget(widget, row, 2 * column + 1)
        grid.addWidget(label("Currency"), 2, 2)
        grid.addWidget(self.currency, 2, 3)
        for column in (0, 2):
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)
        origin = QGridLayout()
        origin.addWidget(self.origin, 0, 0)
        origin.addWidget(self.confirm_button, 0, 1)
        origin.setColumnStretch(0, 1)
        self.body.addLayout(origin)
        sheet = QGridLayout()
        sheet.setVerticalSpacing(SPACE_XS)
        sheet.setColumnStretch(0, 1)
        self.cells: list[tuple[QLabel, QLabel]] = []
        for row in range(_ROWS_MAX):
            name_cell, value_cell = label("", "strong" if not row else "body"), label("", "strong")
            value_cell.setAlignment(Qt.AlignmentFlag.AlignRight)
            sheet.addWidget(name_cell, row, 0)
            sheet.addWidget(value_cell, row, 1)
            self.cells.append((name_cell, value_cell))
        self.body.addLayout(sheet)
        self.reason = label("", "caption", wrap=True)
        self.body.addWidget(self.reason)
        self.refresh()

    def prices(self, date: str) -> Prices:
        """As the fields show them; a price that was changed is the user's, of `date`."""
        return Prices(
            licence_per_stream_minute=self.licence.value() or None,
            instance_per_hour=self.instance.value() or None,
            hosted_per_minute=self.hosted.value() or None,
            currency=self.currency.text().strip().upper() or "USD",
            date=date,
        )

    @property
    def utilisation(self) -> float:
        """Part of the capacity, 0 to 1."""
        return self.utilisation_field.value() / 100

    @property
    def minutes_each(self) -> float:
        """Length of a conversation."""
        return self.minutes_field.value()

    def refresh(self) -> None:
        """Show the model."""
        model, prices = self._model, self._model.prices
        for field, value in (
            (self.licence, prices.licence_per_stream_minute),
            (self.instance, prices.instance_per_hour),
            (self.hosted, prices.hosted_per_minute),
            (self.minutes_field, model.minutes_each),
        ):
            with QSignalBlocker(field):
                field.setValue(value or 0.0)
        with QSignalBlocker(self.utilisation_field):
            self.utilisation_field.setValue(round(100 * model.utilisation))
        if not self.currency.hasFocus():
            self.currency.setText(prices.currency)
        self.entered.setText("" if prices.suggested else f"yours, {prices.date}" if prices.date else "yours")
        self.origin.setText(f"Licence: a suggested list price of {prices.date}, not yours.")
        for part in (self.origin, self.confirm_button):
            part.setVisible(prices.suggested)
        rows = model.cost_rows()
        for place, (name_cell, value_cell) in enumerate(self.cells):
            name, price = rows[place] if place < len(rows) else ("", "")
            name_cell.setText(name)
            value_cell.setText(price)
            for cell in (name_cell, value_cell):
                cell.setVisible(bool(name))
        reason = model.cost_reason()
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))


def _price(name: str, tip: str, digits: int = 4) -> DecimalField:
    field = DecimalField()
    field.setDecimals(digits)
    field.setRange(0.0, 100_000.0)
    field.setSingleStep(10.0**-digits)
    field.setSpecialValueText("not set")
    field.setFixedWidth(FIELD_PX)
    field.setAccessibleName(name)
    field.setToolTip(tip)
    field.setKeyboardTracking(False)
    roomy(field)
    return field
