"""Figures of the presenter: confidence with its thresholds, level, wait, state and counters."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.presenter.answer import AnswerWait
from flux_desktop.ui.models.presenter.counters import Counter
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from flux_desktop.ui.views.presenter.figures import (
    AnswerPart,
    Confidence,
    ConfidencePart,
    CountersPart,
    LevelPart,
    StatePart,
    StateWords,
    TitlePart,
)
from flux_desktop.ui.views.presenter.keys_overlay import KeysOverlay
from flux_desktop.ui.views.presenter.part import PresenterPart
from tests.ui.pixels import mask_of


def picture(qtbot: QtBot, part: PresenterPart[object], content: object) -> QImage:
    qtbot.addWidget(part)
    part.resize(800, 120)
    part.show_content(content)
    return part.grab().toImage()


def width_of(image: QImage, colour: str) -> int:
    return int(mask_of(image, colour).sum(axis=1).max())


def test_the_bar_grows_with_the_confidence_and_has_a_mark_for_each_threshold(qtbot: QtBot, theme: ThemeSource) -> None:
    widths = [
        width_of(picture(qtbot, ConfidencePart(theme), Confidence(value, 0.7, 0.5)), DARK.accent)  # type: ignore[arg-type]
        for value in (None, 0.2, 0.4, 2.0)
    ]
    assert widths[0] == 0
    assert widths[2] == pytest.approx(2 * widths[1], abs=16)
    assert widths[3] <= 800
    image = picture(qtbot, ConfidencePart(theme), Confidence(0.2, 0.7, None))  # type: ignore[arg-type]
    assert width_of(image, DARK.ok) > 0
    assert width_of(image, DARK.eager) == 0, "eager ends are off"


def test_a_wait_that_can_be_compared_stands_out(qtbot: QtBot, theme: ThemeSource) -> None:
    for comparable in (True, False):
        image = picture(qtbot, AnswerPart(theme), AnswerWait("0.53 s", "measured here", "", comparable))  # type: ignore[arg-type]
        assert (width_of(image, DARK.ok) > 0) is comparable


def test_a_level_is_shown_where_it_is_known(qtbot: QtBot, theme: ThemeSource) -> None:
    assert width_of(picture(qtbot, LevelPart(theme), ((-12.0, -6.0),)), DARK.ok) > 300  # type: ignore[arg-type]
    assert width_of(picture(qtbot, LevelPart(theme), (None,)), DARK.ok) == 0  # type: ignore[arg-type]


def test_the_state_has_a_fill_of_its_tone(qtbot: QtBot, theme: ThemeSource) -> None:
    assert width_of(picture(qtbot, StatePart(theme), StateWords("Awaiting end", "eager")), DARK.eager) > 600  # type: ignore[arg-type]


def test_counters_explain_themselves(qtbot: QtBot, theme: ThemeSource) -> None:
    part = CountersPart(theme)
    image = picture(qtbot, part, (Counter("50", "conversations", "Connections that stream now."),))  # type: ignore[arg-type]
    assert width_of(image, DARK.text) > 0
    assert part.toolTip() == "50 conversations: Connections that stream now."


def test_the_keys_stand_in_the_middle_and_say_what_they_do(qtbot: QtBot, theme: ThemeSource) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1920, 1080)
    keys = KeysOverlay(theme, parent)
    keys.place()
    assert keys.geometry().center() == pytest.approx(parent.rect().center()) or parent.rect().contains(keys.geometry())
    assert "Subtitles only" in keys.accessibleDescription()
    assert not keys.grab().isNull()


@pytest.mark.parametrize("name", ["call.wav", "call of the second of November with a caller who hesitates, take 2.wav"])
def test_a_long_name_leaves_the_clock_its_room(qtbot: QtBot, theme: ThemeSource, name: str) -> None:
    early, late = (picture(qtbot, TitlePart(theme), (name, clock)) for clock in (" · 1.0 s", " · 8.0 s"))  # type: ignore[arg-type]
    assert early != late
