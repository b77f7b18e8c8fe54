"""The keys of the presenter view, and which of its views is shown. No Qt."""

from __future__ import annotations

from enum import StrEnum

KEYS: tuple[tuple[str, str], ...] = (
    ("S", "Subtitles only"),
    ("T", "Tiles: every conversation"),
    ("A", "A and B side by side on the same audio"),
    ("1 – 9", "Show this connection"),  # noqa: RUF001 - an en dash is meant
    ("Space", "Play or pause a session, a replay or a comparison"),
    ("← →", "Seek during playback, or select a tile"),
    ("[ ]", "Previous or next turn, or clip of a comparison"),
    ("Enter", "Enlarge the chosen tile"),
    ("M", "Sound on or off"),
    ("C", "Show or hide the counters"),
    ("?", "Show or hide these keys"),
    ("Esc", "Back, then leave the presenter view"),
)
"""What is pressed and what it does, for the overlay and for Help."""


class View(StrEnum):
    """What the presenter shows."""

    MAIN = "one conversation"
    SUBTITLES = "subtitles"
    TILES = "tiles"
    SPLIT = "A and B"


OF_KEY = {"S": View.SUBTITLES, "T": View.TILES, "A": View.SPLIT}


class ViewChoice:
    """Which view is shown, changed by keys; plain state."""

    def __init__(self) -> None:
        self.view = View.MAIN
        self.keys_shown = False
        self.counters_shown = True
        self._enlarged = False
        """Whether the conversation that is shown was a tile: going back leads to the tiles."""

    def press(self, key: str) -> bool:
        """Take S, T, A, C or ?; the key of the view that is shown leads back. False for any other key."""
        if key == "?":
            self.keys_shown = not self.keys_shown
        elif key == "C":
            self.counters_shown = not self.counters_shown
        elif key in OF_KEY:
            self.view = View.MAIN if self.view is OF_KEY[key] else OF_KEY[key]
            self._enlarged = False
        else:
            return False
        return True

    def enlarge(self) -> None:
        """Show one conversation; `back` returns to the tiles where it was one of them."""
        self._enlarged = self.view is View.TILES or (self._enlarged and self.view is View.MAIN)
        if self.view in {View.TILES, View.SPLIT}:
            self.view = View.MAIN

    def back(self) -> bool:
        """One step back; False where there is none, and the presenter view is to be left."""
        if self.keys_shown:
            self.keys_shown = False
        elif self._enlarged:
            self.view, self._enlarged = View.TILES, False
        elif self.view is not View.MAIN:
            self.view = View.MAIN
        else:
            return False
        return True
