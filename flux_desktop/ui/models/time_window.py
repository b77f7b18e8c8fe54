"""Which seconds of a timeline are in view: zoomed, scrolled, or following the newest. No Qt."""

from __future__ import annotations

SPAN_MIN_S, SPAN_MAX_S = 1.0, 3_600.0
SPAN_S = 10.0
ZOOM_STEP = 1.25
AHEAD = 0.08
"""Share of the view that is kept free behind the newest audio, for what is written there."""


class TimeWindow:
    """`span_s` seconds from `start_s` on. While it follows, the newest audio stays near the right end."""

    def __init__(self, span_s: float = SPAN_S) -> None:
        self.span_s = span_s
        self.start_s = 0.0
        self.newest_s = 0.0
        self.follows = True

    @property
    def end_s(self) -> float:
        """The last second in view."""
        return self.start_s + self.span_s

    @property
    def latest_start_s(self) -> float:
        """Where a view begins that shows the newest audio."""
        return max(0.0, self.newest_s - (1 - AHEAD) * self.span_s)

    def advance(self, newest_s: float) -> None:
        """More audio has been sent; another connection may have less."""
        self.newest_s = newest_s
        if self.follows:
            self.start_s = self.latest_start_s

    def follow(self, on: bool = True) -> None:
        """Keep the newest audio in view from now on, or stay."""
        self.follows = on
        if on:
            self.start_s = self.latest_start_s

    def scroll(self, by_s: float) -> None:
        """Move; reaching the newest audio follows it again."""
        self.start_s = min(max(0.0, self.start_s + by_s), self.latest_start_s)
        self.follows = self.start_s >= self.latest_start_s and (by_s > 0 or self.follows)

    def show(self, at_s: float) -> None:
        """Bring a position into view, unless it is."""
        if not self.start_s <= at_s <= self.end_s - AHEAD * self.span_s:
            self.start_s = min(max(0.0, at_s - self.span_s / 2), self.latest_start_s)
            self.follows = False

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """Show fewer seconds (a factor above 1) or more; `at_s` stays where it is, None is the newest or the middle."""
        if at_s is None or self.follows:
            at_s = self.newest_s if self.follows else self.start_s + self.span_s / 2
        share = (at_s - self.start_s) / self.span_s
        self.span_s = min(max(SPAN_MIN_S, self.span_s / factor), SPAN_MAX_S)
        self.start_s = min(max(0.0, at_s - share * self.span_s), self.latest_start_s)
        if self.follows:
            self.follow()


class FollowedClock:
    """The run's time between two reports of it, so that a picture moves smoothly; plain state.

    Reports come about ten times a second, and in a replay faster than real time. The time shown is a little behind
    them, moves at their pace, never goes back, and stands still when they stop.
    """

    BEHIND_S, JUMP_S, CATCH_UP_PER_S = 0.12, 2.0, 4.0

    def __init__(self) -> None:
        self._shown_s = 0.0
        self._at_s: float | None = None

    def reset(self) -> None:
        """Another run begins."""
        self._shown_s = 0.0
        self._at_s = None

    def now(self, newest_s: float, at_s: float, *, moves: bool = True) -> float:
        """The time to show, with the newest one reported; `at_s` is the caller's clock. Without `moves` they agree."""
        passed_s = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        self._at_s = at_s
        behind_s = newest_s - self._shown_s
        if not moves or behind_s > self.JUMP_S or behind_s < -self.JUMP_S:
            self._shown_s = newest_s
            return newest_s
        pace = max(0.0, 1.0 + (behind_s - self.BEHIND_S) * self.CATCH_UP_PER_S)
        self._shown_s = min(newest_s, self._shown_s + passed_s * pace)
        return self._shown_s
