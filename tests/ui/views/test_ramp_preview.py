"""The picture of a ramp."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.views.ramp_preview import RampPreview


def test_steps_are_painted_as_high_as_they_hold_connections(qtbot: QtBot) -> None:
    preview = RampPreview()
    qtbot.addWidget(preview)
    preview.resize(452, 84)
    empty = preview.grab().toImage()
    preview.show_curve([(0.0, 5), (10.0, 20), (20.0, 0)])
    picture = preview.grab().toImage()

    def height_at(x: int) -> int:
        return sum(picture.pixel(x, y) != empty.pixel(x, y) for y in range(64))

    first, second = height_at(140), height_at(340)
    assert abs(second - 4 * first) <= 6
    assert first > 5
    assert preview.accessibleName() == "Connections over time: up to 20, for 00:20"


def test_a_ramp_that_cannot_be_read_has_no_picture(qtbot: QtBot) -> None:
    preview = RampPreview()
    qtbot.addWidget(preview)
    empty = preview.grab().toImage()
    preview.show_curve([(0.0, 5), (10.0, 0)])
    preview.show_curve([])
    assert preview.grab().toImage() == empty
