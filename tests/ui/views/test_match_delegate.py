"""Matches in search results: where they are, and that they are painted."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QListWidget

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.match_delegate import MatchDelegate, matches


@pytest.mark.parametrize(
    ("line", "words", "spans"),
    [
        ("Rather cold and rather so", "rather", [(0, 6), (16, 6)]),
        ("a.b", ".", [(1, 1)]),
        ("nothing", "x", []),
        ("anything", "", []),
    ],
)
def test_every_occurrence_is_found_whatever_its_case(line: str, words: str, spans: list[tuple[int, int]]) -> None:
    assert list(matches(line, words)) == spans


@pytest.mark.parametrize("words", ["rather", ""])
def test_matches_are_painted_in_the_highlight_colour(qapp: QApplication, words: str) -> None:
    theme = ThemeSource(qapp, "dark")
    view = QListWidget()
    delegate = MatchDelegate(theme, view)
    view.setItemDelegate(delegate)
    view.addItem("#1 · turn 2\nunless to be rather cold-hearted")
    delegate.words = words
    view.resize(400, 80)
    picture = view.grab().toImage()
    wanted = QColor(theme.current.warn).rgb()
    pixels = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert (wanted in pixels) is bool(words)
