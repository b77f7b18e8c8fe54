"""A progress bar with its words."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.progress_lines import ProgressLines


def test_it_shows_the_share_and_both_times(qtbot: QtBot) -> None:
    lines = ProgressLines("Progress of the search")
    qtbot.addWidget(lines)
    lines.show_share(0.25, "1 of 4", "00:30 left")
    assert (lines.bar.value(), lines.bar.maximum()) == (250, 1000)
    assert (lines.done.full_text(), lines.left.text()) == ("1 of 4", "00:30 left")
    assert lines.bar.accessibleName() == "Progress of the search"
    height = lines.sizeHint().height()
    lines.bar.hide()
    assert lines.sizeHint().height() == height, "nothing below it moves"
