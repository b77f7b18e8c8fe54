"""The filters of the transcripts as fields."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.filter_fields import FilterFields


def test_filters_are_counted_and_changes_and_the_button_reported(qtbot: QtBot) -> None:
    calls: list[str] = []
    fields = FilterFields(lambda: calls.append("reconnect"))
    qtbot.addWidget(fields)
    fields.changed.connect(lambda: calls.append("changed"))
    assert fields.number_set == 0
    fields.fields["numerals"].choice.setCurrentIndex(2)
    assert (fields.number_set, fields.fields["numerals"].value) == (1, False)
    assert fields.reconnect_button.isHidden()
    fields.reconnect_button.click()
    assert calls == ["changed", "reconnect"]
