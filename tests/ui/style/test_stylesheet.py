"""The style sheet of a theme: every token is filled in, and its pictures exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGraphicsView, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.tokens import DARK, LIGHT, Theme

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


@BOTH
def test_no_placeholder_is_left(theme: Theme) -> None:
    assert "%" not in stylesheet(theme)


@BOTH
def test_every_colour_is_one_of_the_theme(theme: Theme) -> None:
    used = set(re.findall(r"#[0-9a-fA-F]{6}\b", stylesheet(theme)))
    assert used
    assert used <= {getattr(theme, name) for name in theme.__slots__}


@BOTH
def test_every_picture_exists_in_the_theme_s_own_colours(theme: Theme) -> None:
    pictures = re.findall(r'url\("(.+?)"\)', stylesheet(theme))
    assert len(pictures) >= 5
    for picture in pictures:
        assert Path(picture).is_file(), picture
        assert picture.endswith(f"-on-{theme.name}.svg")


def test_the_themes_differ_in_colours_and_pictures_only() -> None:
    def bare(theme: Theme) -> str:
        return re.sub(r'#[0-9a-fA-F]{6}\b|url\(".+?"\)', "", stylesheet(theme))

    assert bare(DARK) == bare(LIGHT)
    assert stylesheet(DARK) != stylesheet(LIGHT)


@BOTH
def test_braces_are_balanced(theme: Theme) -> None:
    sheet = stylesheet(theme)
    assert sheet.count("{") == sheet.count("}") > 50


def checked(kind: str) -> QPushButton:
    button = QPushButton("words")
    button.setProperty("kind", kind)
    button.setCheckable(True)
    button.setChecked(True)
    return button


def reading() -> QScrollArea:
    area = QScrollArea()
    area.setObjectName("reading")
    return area


def chosen_preset() -> QFrame:
    card = QFrame()
    card.setObjectName("preset")
    card.setProperty("chosen", "on")
    card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return card


def test_the_focus_can_be_seen_on_what_is_chosen_and_on_what_scrolls(qtbot: QtBot) -> None:
    window, other = QWidget(), QPushButton("other")
    layout = QVBoxLayout(window)
    layout.addWidget(other)
    widgets = [checked("segment"), checked("link"), chosen_preset(), QGraphicsView(), reading()]
    for widget in widgets:
        widget.setMinimumSize(80, 30)
        layout.addWidget(widget)
    window.setStyleSheet(stylesheet(DARK))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def edge(widget: QWidget) -> str:
        return widget.grab().toImage().pixelColor(widget.width() // 2, 0).name()

    for widget in widgets:
        other.setFocus()
        before = edge(widget)
        widget.setFocus()
        assert widget.hasFocus()
        # On a widget that has the accent colour already, the text colour marks focus.
        assert edge(widget) == (DARK.text if before == DARK.accent or widget is widgets[0] else DARK.accent), widget
