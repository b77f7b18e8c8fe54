"""Live words and subtitles as they are painted."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from flux_desktop.ui.views.presenter.words import LiveWords, SubtitlesPart, WordsPart, last_words
from tests.ui.pixels import rows_of


def test_interim_words_are_lighter_and_earlier_turns_stand_above(qtbot: QtBot, theme: ThemeSource) -> None:
    part = WordsPart(theme)
    qtbot.addWidget(part)
    part.resize(900, 500)
    part.show_content(LiveWords("settled", "", ("earlier",)))
    image = part.grab().toImage()
    assert max(rows_of(image, DARK.muted)) < min(rows_of(image, DARK.text))
    top = min(rows_of(image, DARK.text))
    part.show_content(LiveWords("settled", " interim", ("earlier",)))
    image = part.grab().toImage()
    assert max(rows_of(image, DARK.muted)) > top, "the interim word"
    assert min(rows_of(image, DARK.text)) == top, "nothing has moved"


def test_a_third_line_rolls_the_first_one_away(qtbot: QtBot, theme: ThemeSource) -> None:
    part = SubtitlesPart(theme)
    qtbot.addWidget(part)
    part.resize(900, 500)
    pictures = []
    for words in ("wwwwwww " * 2, "wwwwwww " * 3, "iii " * 6):
        part.show_content(LiveWords(words.strip()))
        pictures.append(rows_of(part.grab().toImage(), DARK.text))
    assert pictures[0] == pictures[1], "two lines at the same place"
    assert min(pictures[0]) > 100, "in the middle"


def test_an_earlier_turn_that_is_too_long_is_cut_between_words(qapp: QApplication) -> None:
    metrics = QFontMetricsF(qapp.font())
    words = "Had he married a more amiable woman"
    room_px = metrics.horizontalAdvance("…d he married a more amiable woman") + 1
    assert last_words(words, metrics, room_px) == "… he married a more amiable woman"
    assert last_words(words, metrics, 2 * room_px) == words
    unspaced = "会議を始めます"
    assert last_words(unspaced, metrics, metrics.horizontalAdvance(unspaced) - 1).startswith("…")
