"""A banner's words, as they are shown and copied, and its buttons in a narrow window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.banner import Banner

SPLIT = Problem(code="x", what="Lost 3 % of 9 turns.", why="It took 1.5 s, p50 251 ms (n = 9).", todo="Wait 2 min.")


@pytest.fixture
def banner(qtbot: QtBot, theme: ThemeSource) -> Banner:
    banner = Banner(theme, SPLIT, "warn", {f"Show this {name}": int for name in "abcdef"})
    qtbot.addWidget(banner)
    return banner


def test_a_number_is_not_parted_from_its_unit(banner: Banner) -> None:
    texts = [words.text() for words in banner.findChildren(QLabel) if words.text()]
    assert texts == [
        "Lost 3\u00a0% of 9 turns.",
        "It took 1.5\u00a0s, p50 251\u00a0ms (n\u00a0=\u00a09).",
        "Wait 2\u00a0min.",
    ]
    banner.count_again()
    assert banner.findChildren(QLabel)[1].text() == "Lost 3\u00a0% of 9 turns. (2 times)"


def test_what_is_copied_has_plain_spaces(banner: Banner) -> None:
    words = next(part for part in banner.findChildren(QLabel) if part.text().startswith("It took"))
    words.setFocus()
    words.setSelection(0, len(words.text()))
    banner.show()
    QTest.keySequence(words, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QApplication.clipboard().text() == SPLIT.why


def test_buttons_wrap_where_the_window_is_narrow(banner: Banner) -> None:
    banner.resize(400, 300)
    banner.show()
    assert banner.width() == 400
    for shown in banner.buttons.values():
        assert shown.width() >= shown.sizeHint().width()
        assert shown.mapTo(banner, shown.rect().bottomRight()).x() < banner.close_button.x()
