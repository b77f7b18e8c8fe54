"""Keys of the presenter: what each shows, and where going back leads."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.presenter.keys import KEYS, OF_KEY, View, ViewChoice


@pytest.mark.parametrize(("key", "view"), OF_KEY.items())
def test_a_key_shows_its_view_and_leads_back(key: str, view: View) -> None:
    choice = ViewChoice()
    assert choice.press(key)
    assert choice.view is view
    choice.press(key)
    assert choice.view is View.MAIN


def test_going_back_closes_the_keys_then_the_view_then_leaves() -> None:
    choice = ViewChoice()
    choice.press("T")
    choice.press("?")
    assert (choice.back(), choice.keys_shown, choice.view) == (True, False, View.TILES)
    assert (choice.back(), choice.view) == (True, View.MAIN)
    assert not choice.back()


def test_a_tile_that_was_enlarged_leads_back_to_the_tiles() -> None:
    choice = ViewChoice()
    choice.press("T")
    choice.enlarge()
    assert choice.view is View.MAIN
    choice.enlarge()  # another one, by its number
    assert (choice.back(), choice.view) == (True, View.TILES)
    choice.press("S")
    choice.enlarge()
    assert choice.view is View.SUBTITLES, "another connection's subtitles"


def test_counters_are_switched_and_other_keys_are_left_alone() -> None:
    choice = ViewChoice()
    choice.press("C")
    assert not choice.counters_shown
    assert not choice.press("X")
    assert len({keys for keys, _ in KEYS}) == len(KEYS)
