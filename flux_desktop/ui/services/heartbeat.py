"""Stalls of the window's thread: how long it was busy and could not answer."""

from __future__ import annotations

import time

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.records.facts import Percentiles

BEAT_MS = 10
KEPT = 6_000


class Heartbeat(QObject):
    """A timer that should fire every `BEAT_MS`; what it is late by is a stall of the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late_ms = np.zeros(KEPT)
        self._count = 0
        self._due_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin; forgets what was measured before."""
        self._count = 0
        self._due_s = time.monotonic() + BEAT_MS / 1000
        self._timer.start()

    def run(self, on: bool) -> None:
        """Start, unless it is running already, or stop."""
        if not on:
            self.stop()
        elif not self._timer.isActive():
            self.start()

    def stop(self) -> None:
        """End; the figures stay."""
        self._timer.stop()

    def stalls(self) -> Percentiles:
        """Percentiles of the newest minute's stalls in milliseconds."""
        values = self._late_ms[: min(self._count, KEPT)]
        if not len(values):
            return Percentiles()
        figures = of_values(values)
        return msgspec.structs.replace(figures, n=self._count)

    def _beat(self) -> None:
        now_s = time.monotonic()
        self._late_ms[self._count % KEPT] = max(0.0, (now_s - self._due_s) * 1000)
        self._count += 1
        self._due_s = now_s + BEAT_MS / 1000
