"""The turns of a run whose EndOfTurn arrived latest, with the latency of every message of the turn."""

from __future__ import annotations

import heapq
from collections import defaultdict

from msgspec import Struct

from flux_desktop.reports.documents.latencies import Latencies

MOST = 3


class SlowTurn(Struct, frozen=True, kw_only=True):
    """One turn on one connection. Times are seconds of the run."""

    conn: int
    at_s: float
    """When its EndOfTurn arrived."""
    latency_ms: float
    """Of the EndOfTurn, user clock."""
    messages: list[tuple[float, float]]
    """Arrival and latency in ms of its Updates, and of the EndOfTurn last."""


def slow_turns(latencies: Latencies, most: int = MOST) -> list[SlowTurn]:
    """The slowest turns of a run, the worst first."""
    ends = ((latencies.user_ms[place], place) for place, update in enumerate(latencies.is_update) if not update)
    worst = heapq.nlargest(most, ends)
    wanted = {latencies.conn[place] for _, place in worst}
    of_connection: dict[int, list[int]] = defaultdict(list)
    for place, conn in enumerate(latencies.conn):
        if conn in wanted:
            of_connection[conn].append(place)
    turns = []
    for latency_ms, place in worst:
        places = of_connection[latencies.conn[place]]
        last = first = places.index(place)
        while first > 0 and latencies.is_update[places[first - 1]]:
            first -= 1
        messages = [(latencies.t[each], latencies.user_ms[each]) for each in places[first : last + 1]]
        turns.append(
            SlowTurn(conn=latencies.conn[place], at_s=latencies.t[place], latency_ms=latency_ms, messages=messages)
        )
    return turns
