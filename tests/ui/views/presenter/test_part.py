"""Parts of the presenter: sizes for a distance of five metres, and no painting without a change."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.presenter.figures import TextPart
from flux_desktop.ui.views.presenter.part import LEAST_PX, SMALL_PX, unit_of


@pytest.mark.parametrize(("width", "height", "unit"), [(1920, 1080, 1.0), (3840, 2160, 2.0), (1280, 800, 2 / 3)])
def test_everything_grows_with_the_screen(qtbot: QtBot, width: int, height: int, unit: float) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(width, height)
    assert unit_of(widget) == pytest.approx(unit)


def test_a_part_is_painted_when_its_content_changes_and_only_then(qtbot: QtBot, theme: ThemeSource) -> None:
    part = TextPart(theme)
    qtbot.addWidget(part)
    part.resize(300, 40)
    part.show_content(("words", False))
    part.show()
    qtbot.waitUntil(lambda: part.painted > 0)
    before = part.painted
    part.show_content(("words", False))
    part.set_unit(1.0)
    assert part.grab().toImage().isNull() is False
    painted_by_grab = part.painted
    assert painted_by_grab == before + 1
    part.show_content(("more words", False))
    qtbot.waitUntil(lambda: part.painted == painted_by_grab + 1)


def test_type_is_28_pixels_at_least_on_a_large_screen_and_stays_legible_in_a_small_window(
    qtbot: QtBot, theme: ThemeSource
) -> None:
    part = TextPart(theme)
    qtbot.addWidget(part)
    assert part.type_of(SMALL_PX).pixelSize() == 28
    part.set_unit(0.2)
    assert part.type_of(SMALL_PX).pixelSize() == LEAST_PX
