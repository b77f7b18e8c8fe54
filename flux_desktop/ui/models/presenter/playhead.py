"""Playhead of a recorded comparison: where it stands at a time of the clock, paused, moved, on to the next clip."""

from __future__ import annotations

from collections.abc import Sequence

from flux_desktop.ui.models.presenter.recorded import RecordedPair
from flux_desktop.ui.models.presenter.split import Split


class PairPlayer:
    """Plays pairs one after another in real time. `now_s` is of any clock that does not go back."""

    def __init__(self, pairs: Sequence[RecordedPair]) -> None:
        """`pairs` has at least one."""
        self.pairs = tuple(pairs)
        self.place = 0
        self.paused = False
        self._at_s, self._since_s = 0.0, None  # type: float, float | None

    @property
    def pair(self) -> RecordedPair:
        """The clip that is played."""
        return self.pairs[self.place]

    def split(self, now_s: float) -> Split:
        """What is to be shown now; a clip that is over is followed by the next one."""
        position_s = self._position_s(now_s)
        if position_s >= self.pair.length_s and not self.paused:
            self.step(1, now_s)
            position_s = 0.0
        return self.pair.at(min(position_s, self.pair.length_s), paused=self.paused)

    def zero_s(self, now_s: float) -> float | None:
        """When the clip began on the clock; None while it is paused."""
        return None if self.paused else now_s - self._position_s(now_s)

    def toggle(self, now_s: float) -> None:
        """Pause, or go on."""
        self._at_s, self._since_s = self._position_s(now_s), now_s
        self.paused = not self.paused

    def seek(self, by_s: float, now_s: float) -> None:
        """Move the playhead within the clip."""
        self._at_s = min(max(0.0, self._position_s(now_s) + by_s), self.pair.length_s)
        self._since_s = now_s

    def step(self, by: int, now_s: float) -> None:
        """Go to the beginning of the next clip (1) or the previous one (-1), around the ends."""
        self.place = (self.place + by) % len(self.pairs)
        self._at_s, self._since_s = 0.0, now_s

    def _position_s(self, now_s: float) -> float:
        if self._since_s is None:
            self._since_s = now_s
        return self._at_s if self.paused else self._at_s + now_s - self._since_s
