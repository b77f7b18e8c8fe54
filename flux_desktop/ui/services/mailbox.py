"""From the engine to the screen: a bounded mailbox that one timer empties.

No Qt signal is sent per message: the engine's callback only appends, and the window looks into the mailbox
at its own pace. Both run on the window's thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QObject, QTimer

from flux_desktop.engine.records.events import Event, Received, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow

CURVE_INTERVAL_MS = 33
TEXT_INTERVAL_S = 0.1
LABEL_INTERVAL_S = 0.25
DRAIN_BUDGET_S = 0.008


class Mailbox:
    """At most `limit` waiting events.

    When it is full, interim texts and all snapshots but the newest are dropped, because later ones replace them. A
    snapshot has only the rows that changed, so the newest one gets the rows of those dropped. Events that come only
    once are never dropped.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self.on_event: Callable[[], None] = lambda: None
        """Called after every event that was put in."""
        self._events: deque[Event] = deque()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def busy(self) -> bool:
        """Whether so much waits that a sender who can wait should."""
        return len(self._events) > self._limit // 20

    def put(self, event: Event) -> None:
        """Take an event; O(1) but for the rare thinning."""
        if len(self._events) >= self._limit:
            self._thin()
        self._events.append(event)
        self.on_event()

    def take(self) -> Event | None:
        """The oldest event, or None."""
        return self._events.popleft() if self._events else None

    def _thin(self) -> None:
        remaining: deque[Event] = deque()
        rows: dict[int, ConnectionRow] = {}
        newest: Snapshot | None = None
        for event in self._events:
            if isinstance(event, Snapshot):
                newest = event
                rows.update((row.conn, row) for row in event.rows)
            elif not (isinstance(event, Received) and event.turn_event == "Update"):
                remaining.append(event)
        if newest is not None:
            remaining.append(msgspec.structs.replace(newest, rows=list(rows.values())))
        self.dropped += len(self._events) - len(remaining)
        self._events = remaining


class RefreshClock(QObject):
    """Empties the mailbox and paces the screen: `on_event` per event, then curves, texts and labels.

    One timer for the whole window. It stops while `active` is false and the mailbox is empty, after one last round of
    everything, and runs again after `wake` or when an event comes. A tick spends at most `DRAIN_BUDGET_S` on events;
    the rest waits for the next tick, so that a burst cannot freeze the window. `on_curves` are called about 30 times a
    second, `on_texts` 10, `on_labels` 4.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        on_event: Callable[[Event], None],
        on_curves: Sequence[Callable[[], None]],
        on_texts: Sequence[Callable[[], None]],
        on_labels: Sequence[Callable[[], None]],
        active: Callable[[], bool] = lambda: True,
        parent: QObject | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock_s = clock_s
        self._mailbox = mailbox
        self._active = active
        self._started = False
        mailbox.on_event = self.wake
        self._on_event = on_event
        self._on_curves = on_curves
        self._on_texts = on_texts
        self._on_labels = on_labels
        self._texts_at_s = 0.0
        self._labels_at_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(CURVE_INTERVAL_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin ticking."""
        self._started = True
        self.wake()

    def wake(self) -> None:
        """Tick again if the clock had stopped because nothing moved."""
        if self._started and not self._timer.isActive():
            self._texts_at_s = self._labels_at_s = 0.0
            self._timer.start()

    @property
    def ticking(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def stop(self) -> None:
        """End ticking; what waits in the mailbox stays there."""
        self._started = False
        self._timer.stop()

    def tick(self) -> None:
        """One look into the mailbox and one repaint of what is due."""
        now_s = self._clock_s()
        until_s = now_s + DRAIN_BUDGET_S
        while (event := self._mailbox.take()) is not None:
            self._on_event(event)
            if self._clock_s() > until_s:
                break
        for draw in self._on_curves:
            draw()
        if now_s - self._texts_at_s >= TEXT_INTERVAL_S:
            self._texts_at_s = now_s
            for draw in self._on_texts:
                draw()
        if now_s - self._labels_at_s >= LABEL_INTERVAL_S:
            self._labels_at_s = now_s
            for draw in self._on_labels:
                draw()
            if not len(self._mailbox) and not self._active():
                self._timer.stop()
