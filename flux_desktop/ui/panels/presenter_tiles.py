"""The tiles of the presenter with their heading and key."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.presenter.loudness import bars_of
from flux_desktop.ui.models.presenter.tiles import BAR_S, BARS, TILES_MAX, counts, result_words, tile_of
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.presenter.figures import TextPart
from flux_desktop.ui.views.presenter.part import BODY_PX, unit_of
from flux_desktop.ui.views.presenter.tiles_view import TilesKey, TilesView

LOOK_S = 0.1
"""Between two looks at all conversations, whose rows come at this pace."""


class TilesPanel(QWidget):
    """At most `TILES_MAX` conversations, the first of the run."""

    def __init__(self, theme: ThemeSource, state: AppState, motion: Callable[[], bool]) -> None:
        super().__init__()
        self._state = state
        self.tracks: Callable[[int], AudioTrack | None] = lambda _conn: None
        """Gives the levels of a connection's audio; set by the window."""
        self._at_s = 0.0
        self.title = TextPart(theme, self, px=BODY_PX)
        self.view = TilesView(theme, self._bars, motion)
        self.view.setParent(self)
        self.key = TilesKey(theme, self)

    def refresh(self) -> None:
        """Show what is new: tiles that light up at every call, the others ten times a second."""
        now_s = time.monotonic()
        if now_s - self._at_s < LOOK_S and not self.view.pulsing:
            return
        self._at_s = now_s
        run = self._state.run
        shown = list(run.conversations.values())[:TILES_MAX]
        tiles = tuple(tile_of(conversation, run.now_s) for conversation in shown)
        self.view.show_tiles(tiles)
        self.key.show_content(tuple(counts(tiles).items()))
        total = len(run.conversations)
        words = amount(total, "conversation") if total else "No conversations yet"
        if total > len(tiles):
            words = f"{words}, the first {TILES_MAX} are shown"
        words = " · ".join(filter(None, (words, result_words(run.ended))))
        self.title.show_content((words, True))
        self.setAccessibleDescription(f"{words}: {self.view.sentence()}")

    def _bars(self, conn: int, newest: int) -> tuple[float, ...]:
        return bars_of(self.tracks(conn), newest, BARS, BAR_S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        unit = unit_of(self.parentWidget())
        self.view.unit = unit
        head, key = round(62 * unit), round(52 * unit)
        for part in (self.title, self.key):
            part.set_unit(unit)
        self.title.setGeometry(0, 0, self.width(), head)
        self.view.setGeometry(0, head, self.width(), self.height() - head - key)
        self.key.setGeometry(0, self.height() - key, self.width(), key)
