"""A value that is built on first use, such as a page that may never be shown."""

from __future__ import annotations

from collections.abc import Callable


class Deferred[T]:
    """Builds once. Used on the window's thread only."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self.built: T | None = None
        """What was built; None before the first `get`."""

    def get(self) -> T:
        """What was built; the first call builds it."""
        if self.built is None:
            self.built = self._build()
        return self.built
