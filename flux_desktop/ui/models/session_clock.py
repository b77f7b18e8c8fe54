"""Where a session that is played stands: on the clock of its run, with pause, seeking and speed. No Qt.

`t` is seconds since the origin of the recorded run; `now_s` is the machine's monotonic clock, given by the caller.
"""

from __future__ import annotations


class SessionClock:
    """Stands still until `play`. `seeks` counts the jumps."""

    def __init__(self, speed: float = 1.0, t: float = 0.0) -> None:
        self.speed = speed
        self.seeks = 0
        self._t = t
        self._since_s: float | None = None

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._since_s is not None

    def t(self, now_s: float) -> float:
        """The present moment of the session."""
        return self._t if self._since_s is None else self._t + (now_s - self._since_s) * self.speed

    def moment_s(self, t: float) -> float | None:
        """When the session passes `t`, or did, on the machine's clock; None while it stands still."""
        return None if self._since_s is None else self._since_s + (t - self._t) / self.speed

    def play(self, now_s: float) -> None:
        """Let time pass."""
        if self._since_s is None:
            self._since_s = now_s

    def pause(self, now_s: float) -> None:
        """Stand still."""
        self._t, self._since_s = self.t(now_s), None

    def seek(self, t: float, now_s: float) -> None:
        """Go to another moment, and stand still there or go on as before."""
        self._t = max(0.0, t)
        self.seeks += 1
        if self._since_s is not None:
            self._since_s = now_s
