"""A against B: the offer, the outcome, and the turns side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.comparing.paired import Primary, compare_arms
from flux_desktop.evaluation.traces.live_score import live_score
from flux_desktop.ui.models.tune_ab import TurnPair, turn_pairs
from flux_desktop.ui.panels.against_view import NOTHING_DIFFERS, AgainstView
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.test_tune_ab import arm

A = [arm("the account is four", 3.5, clip=f"{number}.wav") for number in range(3)]
B = [arm("the count is four", 3.74, clip=f"{number}.wav") for number in range(3)]
COMPARISON = compare_arms(
    list(map(live_score, A)), list(map(live_score, A)), list(map(live_score, B)), primary=Primary.WAIT, margin=50.0
)


@pytest.fixture
def view(qtbot: QtBot, theme: ThemeSource) -> AgainstView:
    view = AgainstView(theme)
    qtbot.addWidget(view)
    view.resize(640, 400)
    view.show()
    return view


def test_what_would_be_compared_is_offered_at_its_cost(view: AgainstView) -> None:
    wanted: list[None] = []
    view.compare_wanted.connect(lambda: wanted.append(None))
    view.show_offer(enabled=False, editable=True, cost="A and B are the same.")
    view.button.click()
    view.show_offer(enabled=True, editable=True, cost="About 60 stream-minutes")
    view.button.click()
    assert wanted == [None]
    assert view.cost.full_text() == "About 60 stream-minutes"
    view.show_offer(enabled=False, editable=False, cost="9 of 96 clips")
    assert not view.a.isEnabled()
    assert not view.b.isEnabled()
    assert not view.figure.isEnabled()


def test_the_figure_that_decides_is_named_before(view: AgainstView) -> None:
    assert view.primary is Primary.WAIT
    view.figure.setFocus()
    QTest.keyClick(view.figure, Qt.Key.Key_Down)
    assert view.primary is Primary.CUT_OFFS


def test_the_outcome_is_shown_with_its_figures(view: AgainstView) -> None:
    view.show_outcome(COMPARISON, tuple(turn_pairs(A, B)), "A: 0.70 on one · B: 0.80 on two")
    assert view.verdict.text() == COMPARISON.sentence
    assert view.figures.text().startswith("A: 0.70 on one · B: 0.80 on two\n")
    assert "B − A" in view.figures.text()
    assert view.list.rows.rowCount() == 3
    assert view.empty.isHidden()
    view.show_outcome(COMPARISON, ())
    assert view.empty.text() == NOTHING_DIFFERS


def test_a_pair_is_played_with_one_playhead(view: AgainstView) -> None:
    pairs = tuple(turn_pairs(A, B))
    view.show_outcome(COMPARISON, pairs)
    wanted: list[TurnPair] = []
    view.list.play_wanted.connect(wanted.append)
    view.list.setCurrentIndex(view.list.rows.index(1))
    QTest.keyClick(view.list, Qt.Key.Key_Space)
    button = view.list.pairs.button_box(QRectF(view.list.visualRect(view.list.rows.index(0)))).center().toPoint()
    QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, button)
    assert wanted == [pairs[1], pairs[0]]
    before = view.list.grab().toImage()
    view.show_playing(pairs[0], 2.0)
    assert view.list.grab().toImage() != before


def test_without_an_output_the_buttons_are_dim_and_say_so(view: AgainstView) -> None:
    view.show_outcome(COMPARISON, tuple(turn_pairs(A, B)))
    before = view.list.grab().toImage()
    view.show_trouble("There is no sound output.", can_play=False)
    assert view.list.toolTip() == "There is no sound output."
    view.show_trouble("", can_play=True)
    assert view.list.grab().toImage() == before
