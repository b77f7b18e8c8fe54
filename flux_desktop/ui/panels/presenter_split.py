"""A and B in the presenter: a recorded comparison that is played, or two connections of the run."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.presenter.live_pair import LivePair, arms_of
from flux_desktop.ui.models.presenter.loudness import ClipShapes, height_at
from flux_desktop.ui.models.presenter.playhead import PairPlayer
from flux_desktop.ui.models.presenter.split import Split
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.presenter.figures import TextPart, TitlePart
from flux_desktop.ui.views.presenter.part import BODY_PX, LEAST_PX, unit_of
from flux_desktop.ui.views.presenter.split_view import ArmPart, RibbonPart


class SplitPanel(QWidget):
    """Everything stands at a fixed place; the ribbon moves at the pace of the clock, the arms where they change."""

    def __init__(self, theme: ThemeSource, state: AppState, shapes: ClipShapes) -> None:
        super().__init__()
        self._state, self._shapes = state, shapes
        self.tracks: Callable[[int], AudioTrack | None] = lambda _conn: None
        """Gives the levels of a connection's audio; set by the window."""
        self._live = LivePair()
        self.title = TitlePart(theme, self)
        self.same = TextPart(theme, self, right=True)
        self.hint = TextPart(theme, self, px=BODY_PX)
        self.ribbon = RibbonPart(theme, self)
        self.arms = ArmPart(theme, self), ArmPart(theme, self)

    def refresh(self, player: PairPlayer | None, selected: list[int]) -> None:
        """Show both arms as they stand now."""
        run = self._state.run
        if player is not None:
            split = player.split(time.monotonic())
            pair = player.pair
            path, offset_s = pair.a.trace.path, pair.a.trace.offset_s
            self.ribbon.level_of = lambda a_s, b_s: self._shapes.height_at(path, offset_s + a_s, offset_s + b_s)
        else:
            split = self._live.split(run, selected, self.tracks)
            chosen = arms_of(run, selected)
            track = None if chosen is None else self.tracks(chosen[0])
            self.ribbon.level_of = lambda a_s, b_s: height_at(track, a_s, b_s)
        self._show(split)

    def _show(self, split: Split) -> None:
        self.hint.setVisible(bool(split.hint))
        for part in (self.ribbon, *self.arms):
            part.setVisible(not split.hint)
        self.hint.show_content((split.hint, False))
        paused = " · paused" if split.paused else ""
        of = "" if split.length_s is None else f" of {split.length_s:.1f}"
        where = "" if split.hint else f" · {split.position_s:.1f}{of} s"
        self.title.show_content((split.title, f"{where}{paused}"))
        self.same.show_content((split.same, False))
        self.ribbon.show_content(split)
        for part, arm in zip(self.arms, split.arms, strict=False):
            part.show_content(arm)
        arm_descriptions = [
            f"{arm.title}, {arm.setting}: {''.join(w.text for w in arm.words)}, {arm.verdict.words}"
            for arm in split.arms
        ]
        self.setAccessibleDescription(split.hint or f"{split.title}, {split.same}. " + ". ".join(arm_descriptions))

    def source_words(self, player: PairPlayer | None) -> str:
        """The endpoints of a recorded comparison; empty for the run that is shown."""
        if player is None:
            return ""
        names = dict.fromkeys((player.pair.a.endpoint, player.pair.b.endpoint))
        local = " · not Flux" if "local" in names else ""
        return f"{' and '.join(names)}{local} · recorded comparison, clip {player.place + 1} of {len(player.pairs)}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        unit = unit_of(self.parentWidget())
        for part in (self.title, self.same, self.hint, self.ribbon, *self.arms):
            part.set_unit(unit)
        head, ribbon, gap = round(56 * unit), round(300 * unit), round(28 * unit)
        wide, high = self.width(), self.height()
        self.title.setGeometry(0, 0, wide * 6 // 10 - gap, head)
        self.same.setGeometry(wide * 6 // 10, 0, wide - wide * 6 // 10, head)
        self.hint.setGeometry(0, (high - head) // 2, wide, max(head, 2 * LEAST_PX))
        self.ribbon.setGeometry(0, head, wide, ribbon)
        top, column = head + ribbon + gap, (wide - 2 * gap) // 2
        self.arms[0].setGeometry(0, top, column, high - top)
        self.arms[1].setGeometry(wide - column, top, column, high - top)
