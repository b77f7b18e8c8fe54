"""The style sheet of a theme: every token is filled in, and its pictures exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
