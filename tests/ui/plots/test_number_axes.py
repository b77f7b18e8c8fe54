"""How axes write their numbers."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.plots.number_axes import PercentAxis, ThousandsAxis


def test_shares_have_their_unit_and_thousands_a_comma(qtbot: QtBot) -> None:
    assert PercentAxis("bottom").tickStrings([0.0, 2.5, 10.0], 1.0, 2.5) == ["0 %", "2.5 %", "10 %"]
    assert ThousandsAxis("left").tickStrings([800.0, 1200.0], 1.0, 400.0) == ["800", "1,200"]
