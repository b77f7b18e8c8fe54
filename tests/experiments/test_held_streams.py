"""Streams held open: how many are opened and ended, and when they are replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import cast

from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.experiments.capacity_plan import STREAM_MAX_S
from flux_desktop.experiments.held_streams import HeldStreams
from flux_desktop.experiments.load_observer import LoadObserver
from tests.experiments.test_load_observer import ended, streaming


class Bench:
    """A supervisor whose streams open and end at once, from a number on refused."""

    def __init__(self, refused_from: int = 1000) -> None:
        self.observer = LoadObserver()
        self.now_s = 0.0
        self.asked: list[tuple[str, list[int]]] = []
        self._refused_from = refused_from
        self.held = HeldStreams(cast("Supervisor", self), self.observer, lambda: self.now_s, self._wait)

    def open_connections(self, conns: Iterable[int]) -> None:
        numbers = list(conns)
        self.asked.append(("open", numbers))
        for conn in numbers:
            is_refused = len(self.observer.opened_at_s) >= self._refused_from
            event = ended(conn, self.now_s, LedgerClass.CONNECT_FAILED) if is_refused else streaming(conn, self.now_s)
            self.observer.take(event)

    def end_connections(self, conns: Iterable[int]) -> None:
        numbers = list(conns)
        self.asked.append(("end", numbers))
        for conn in numbers:
            self.observer.take(ended(conn, self.now_s, LedgerClass.COMPLETED))

    async def _wait(self, phase: str, longest_s: float, until: Callable[[], bool] | None = None) -> float:
        assert until is not None
        assert until(), f"{phase} would have waited for {longest_s} s"
        return 0.0

    def hold(self, streams: int, renew_before_s: float = 0.0) -> list[tuple[str, list[int]]]:
        self.asked.clear()
        asyncio.run(self.held.hold(streams, renew_before_s=renew_before_s))
        return list(self.asked)


def test_streams_are_added_to_those_that_are_open_and_the_last_ones_end() -> None:
    bench = Bench()
    assert bench.hold(2) == [("open", [1, 2])]
    assert bench.hold(4) == [("open", [3, 4])]
    assert bench.hold(3) == [("end", [4])]
    assert bench.hold(4) == [("open", [5])], "no number is used twice"
    assert bench.hold(0) == [("end", [1, 2, 3, 5])]


def test_streams_that_would_rotate_during_a_rung_are_replaced_before_it() -> None:
    bench = Bench()
    bench.hold(1)
    bench.now_s = STREAM_MAX_S - 100.0
    bench.hold(2)
    assert bench.hold(2, renew_before_s=90.0) == []
    assert bench.hold(2, renew_before_s=110.0) == [("end", [1]), ("open", [3])]


def test_refused_streams_are_waited_for_too() -> None:
    bench = Bench(refused_from=2)
    assert bench.hold(4) == [("open", [1, 2, 3, 4])]
    assert len(bench.observer.opened_at_s) == 2
