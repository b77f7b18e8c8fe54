"""One arm of a comparison: where its setting comes from, its three values, and its endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.flux.options import EAGER_EOT_THRESHOLD, EOT_THRESHOLD, EOT_TIMEOUT_MS
from flux_desktop.ui.panels.setting_panel import TIMEOUT_MAX_MS
from flux_desktop.ui.widgets.basics import label, roomy
from flux_desktop.ui.widgets.decimal_field import DecimalField
from flux_desktop.ui.widgets.name_list import NameList

OWN = "Own values"
EAGER_STEP = 0.05
_OFF = EAGER_EOT_THRESHOLD.low - EAGER_STEP
"""Below the lowest eager threshold: off."""


class ArmColumn(QWidget):
    """A setting that follows a named one until the user edits it, and an endpoint.

    Signals:
        changed: the user chose something else; read `setting` and `endpoint`.
    """

    changed = Signal()

    def __init__(self, name: str, source: str) -> None:
        super().__init__()
        self._named: dict[str, Setting] = {}
        self._wanted = source
        self.source = _choice(f"{name}: where its values come from", "Which setting this arm uses")
        self.source.activated.connect(lambda _row: self._choose())
        self.endpoint = _choice(f"{name}: endpoint", "The endpoint that this arm is sent to")
        self.endpoint.activated.connect(lambda _row: self.changed.emit())
        self.eot = _number(f"{name}: end of turn", EOT_THRESHOLD.low, EOT_THRESHOLD.high, 0.01, 2)
        self.eot.setToolTip("End-of-turn threshold")
        self.eager = _number(f"{name}: eager end of turn", _OFF, EAGER_EOT_THRESHOLD.high, EAGER_STEP, 2)
        self.eager.setPrefix("eager ")
        self.eager.setSpecialValueText("eager off")
        self.eager.setToolTip("Eager end-of-turn threshold; the lowest value switches it off")
        self.timeout = _number(f"{name}: timeout", EOT_TIMEOUT_MS.low / 1000, TIMEOUT_MAX_MS / 1000, 0.5, 1)
        self.timeout.setSuffix(" s")
        self.timeout.setToolTip("Silence after which a turn ends in any case")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.addWidget(label(name, "strong"), 0, 0)
        choices = QGridLayout()
        choices.setHorizontalSpacing(4)
        choices.addWidget(self.source, 0, 0)
        choices.addWidget(self.endpoint, 0, 1)
        choices.setColumnStretch(0, 1)
        choices.setColumnStretch(1, 1)
        grid.addLayout(choices, 0, 1)
        values = QGridLayout()
        values.setHorizontalSpacing(4)
        for column, (field, stretch) in enumerate(((self.eot, 3), (self.eager, 5), (self.timeout, 3))):
            values.addWidget(field, 0, column)
            values.setColumnStretch(column, stretch)
            field.valueChanged.connect(lambda _value: self._edited())
        grid.addLayout(values, 1, 1)
        grid.setColumnStretch(1, 1)

    @property
    def setting(self) -> Setting:
        """The values as the fields show them."""
        eager = round(self.eager.value(), 2)
        return Setting(
            eot=round(self.eot.value(), 2),
            eager=None if eager < EAGER_EOT_THRESHOLD.low else eager,
            timeout_ms=round(self.timeout.value() * 1000),
        )

    def show_named(self, named: Mapping[str, Setting]) -> None:
        """Offer these settings; the fields follow the chosen one. One that is gone leaves its values behind."""
        if self._named != named or not self.source.count():
            self._named = dict(named)
            with QSignalBlocker(self.source):
                self.source.clear()
                self.source.addItems([*named, OWN])
            if self._wanted not in named:
                self._wanted = OWN
        self._follow()

    def show_endpoints(self, names: Sequence[str], chosen: str) -> None:
        """Offer these endpoints; `chosen` is selected at first, and where the selected one is gone."""
        if names != [self.endpoint.itemText(row) for row in range(self.endpoint.count())]:
            before = self.endpoint.currentText()
            with QSignalBlocker(self.endpoint):
                self.endpoint.clear()
                self.endpoint.addItems(list(names))
                self.endpoint.setCurrentIndex(names.index(before if before in names else chosen))

    def select_endpoint(self, name: str) -> None:
        """Select an endpoint without reporting it."""
        self.endpoint.setCurrentText(name)

    def show_setting(self, setting: Setting) -> None:
        """Show values without reporting them."""
        with QSignalBlocker(self.eot), QSignalBlocker(self.eager), QSignalBlocker(self.timeout):
            self.eot.setValue(setting.eot)
            self.eager.setMaximum(min(EAGER_EOT_THRESHOLD.high, setting.eot))
            self.eager.setValue(_OFF if setting.eager is None else setting.eager)
            self.timeout.setValue(setting.timeout_ms / 1000)

    def _follow(self) -> None:
        with QSignalBlocker(self.source):
            self.source.setCurrentText(self._wanted)
        setting = self._named.get(self._wanted)
        if setting is not None and setting != self.setting:
            self.show_setting(setting)

    def _choose(self) -> None:
        self._wanted = self.source.currentText()
        self._follow()
        self.changed.emit()

    def _edited(self) -> None:
        self._wanted = OWN
        # Flux refuses an eager threshold above the other one.
        self.show_setting(self.setting)
        self._follow()
        self.changed.emit()


def _choice(name: str, tip: str) -> NameList:
    box = NameList(name, tip)
    box.setMinimumContentsLength(5)
    return box


def _number(name: str, low: float, high: float, step: float, decimals: int) -> DecimalField:
    field = DecimalField()
    field.setAccessibleName(name)
    field.setDecimals(decimals)
    field.setRange(low, high)
    field.setSingleStep(step)
    field.setMinimumWidth(50)
    roomy(field)
    return field
