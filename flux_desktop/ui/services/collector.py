"""Garbage collection on the window's thread alone.

Python collects reference cycles on whichever thread allocates next. pyqtgraph's items are in such cycles, and Qt's
graphics items must be destroyed on the window's thread: freed by a thread that reads a file, they crash the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class Collector:
    """Collects at intervals what Python itself would have collected by its thresholds. Used on the window's thread."""

    def __init__(self, parent: QObject) -> None:
        self._timer = QTimer(parent)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(collect_what_is_due)

    def start(self) -> None:
        """Switch Python's own collection off; what exists now is kept for good, and no longer looked at."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Collect no more: the program ends."""
        self._timer.stop()


def collect_what_is_due() -> None:
    """Collect the oldest generation whose threshold has been passed, with the younger ones."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
