"""Progress of a blocking work of known size, reported to whoever waits for it and can end it."""

from __future__ import annotations

from collections.abc import Callable

OnProgress = Callable[[float], bool]
"""Is called with the share that is done, 0 to 1, on the thread of the work; returning False ends the work."""


class WorkEndedError(Exception):
    """The work was ended early by its `OnProgress`."""


def unwatched(_share: float) -> bool:
    """Ignores the progress."""
    return True


class WorkShare:
    """Adds up what is done of `total`, in any unit."""

    def __init__(self, total: float, on_progress: OnProgress = unwatched) -> None:
        self._total = max(total, 1e-9)
        self._done = 0.0
        self._on_progress = on_progress

    def add(self, amount: float) -> None:
        """Report another part. Raises `WorkEndedError`."""
        self._done += amount
        if not self._on_progress(min(1.0, self._done / self._total)):
            raise WorkEndedError
