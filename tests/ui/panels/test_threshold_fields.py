"""The controls for the turn parameters have Flux's ranges and keep eager below the end of turn."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.flux.options import EAGER_EOT_THRESHOLD, EOT_THRESHOLD, EOT_TIMEOUT_MS
from flux_desktop.ui.panels.threshold_fields import couple, eager_field, end_of_turn_field, timeout_field


def test_the_ranges_are_those_of_flux(qtbot: QtBot) -> None:
    fields = end_of_turn_field(), eager_field(), timeout_field(), timeout_field(10_000)
    for field in fields:
        qtbot.addWidget(field)
    ranges = [(field.field.minimum(), field.field.maximum()) for field in fields]
    limits = [(each.low, each.high) for each in (EOT_THRESHOLD, EAGER_EOT_THRESHOLD)]
    low_s = EOT_TIMEOUT_MS.low / 1000
    assert ranges == [*limits, (low_s, EOT_TIMEOUT_MS.high / 1000), (low_s, 10.0)]
    assert fields[1].value is None, "eager is off at first"


def test_eager_cannot_pass_the_end_of_turn(qtbot: QtBot) -> None:
    eot, eager = end_of_turn_field(), eager_field()
    for field in (eot, eager):
        qtbot.addWidget(field)
    eager.set_value(0.8)
    eot.set_value(0.6)
    couple(eot, eager)
    assert eager.value == 0.6
