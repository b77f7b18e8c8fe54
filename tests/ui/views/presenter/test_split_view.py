"""A and B as they are painted: the playhead, pauses, marks, words that differ, and verdicts."""

from __future__ import annotations

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from flux_desktop.ui.views.presenter.split_view import ArmPart, RibbonPart
from tests.ui.models.presenter.comparisons import pair
from tests.ui.pixels import columns_of


def ribbon_at(qtbot: QtBot, theme: ThemeSource, position_s: float) -> QImage:
    part = RibbonPart(theme)
    qtbot.addWidget(part)
    part.resize(1600, 300)
    part.level_of = lambda from_s, _to_s: 0.8 if 1 <= from_s < 3 else 0.0
    part.show_content(pair().at(position_s, paused=False))
    return part.grab().toImage()


def test_the_playhead_moves_and_the_cut_off_is_marked(qtbot: QtBot, theme: ThemeSource) -> None:
    before, after = (ribbon_at(qtbot, theme, position_s) for position_s in (3.0, 5.0))
    assert max(columns_of(before, DARK.text)) < max(columns_of(after, DARK.text))
    assert not columns_of(before, DARK.danger)
    assert columns_of(after, DARK.danger)
    assert columns_of(after, DARK.eager)
    assert columns_of(after, DARK.warn), "resumed"


def test_verdicts_have_the_colour_of_their_tone(qtbot: QtBot, theme: ThemeSource) -> None:
    split = pair().at(6.9, paused=False)
    for arm, colour in zip(split.arms, (DARK.danger, DARK.ok), strict=True):
        part = ArmPart(theme)
        qtbot.addWidget(part)
        part.resize(860, 500)
        part.show_content(arm)
        assert columns_of(part.grab().toImage(), colour)
