"""The loop that notes when the server library hands over a piece of a body."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.http import server
from flux_desktop.local_endpoint.http.body_reader import BodyReader
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings
from flux_desktop.local_endpoint.http.event_loop import LoopFactory, loop_factory
from flux_desktop.local_endpoint.http.wake_ups import WakeUps


class Body:
    """A body whose only piece a thread hands over, as the server library does."""

    def __init__(self) -> None:
        self.handed_over_s = 0.0
        self._loop = asyncio.get_running_loop()

    def __aiter__(self) -> Body:
        return self

    def __anext__(self) -> Body:
        return self

    def add_done_callback(self, callback: object, *, context: object) -> None:
        """Call back from another thread, while the loop's own is busy."""

        def hand_over() -> None:
            self._loop.call_soon_threadsafe(callback, self, context=context)  # type: ignore[arg-type]
            self.handed_over_s = time.monotonic()

        thread = threading.Thread(target=hand_over)
        thread.start()
        thread.join()

    def result(self) -> bytes:
        """The piece."""
        return b"audio"


@pytest.mark.parametrize("notes_arrivals", [True, False])
def test_a_piece_is_dated_by_the_thread_that_hands_it_over(notes_arrivals: bool) -> None:
    async def arrived() -> tuple[float, float, float]:
        body, taken = Body(), []

        def take(_: bytes, arrived_s: float) -> bool:
            taken.append((arrived_s, time.monotonic()))
            return False

        await BodyReader(body, take, WakeUps()).ended
        return taken[0][0], body.handed_over_s, taken[0][1]

    with asyncio.Runner(loop_factory=loop_factory(notes_arrivals=notes_arrivals)) as runner:
        arrived_s, handed_over_s, taken_s = runner.run(arrived())
    if notes_arrivals:
        assert 0 < arrived_s <= handed_over_s <= taken_s
    else:
        assert arrived_s == 0


@pytest.mark.parametrize(
    ("settings", "noted"),
    [
        (EndpointSettings(faults=["delay-ms=20"]), True),
        (EndpointSettings(capacity=3), True),
        (EndpointSettings(faults=["stall-ms=20"]), False),
    ],
)
def test_arrivals_are_noted_where_delays_count_from_them(
    monkeypatch: pytest.MonkeyPatch, settings: EndpointSettings, noted: bool
) -> None:
    asked: list[bool] = []

    def factory(*, notes_arrivals: bool) -> LoopFactory:
        asked.append(notes_arrivals)
        raise OSError

    monkeypatch.setattr(server, "loop_factory", factory)
    with pytest.raises(ProblemError):
        server.run(settings, print)
    assert asked == [noted]
