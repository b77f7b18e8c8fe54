"""The network thread's Python state survives its calls where the workaround applies, and only there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from flux_desktop.aws.stream import network
from flux_desktop.aws.stream.network_thread import NetworkThread, is_affected
from flux_desktop.aws.stream.receive_queue import ReceiveQueue
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CLOSE_STREAM, opened
from tests.aws.throwaway_ca import Authority


@pytest.mark.parametrize("needed", [None, False])
async def test_thread_local_values_survive_a_call_where_the_state_is_kept(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, needed: bool | None
) -> None:
    monkeypatch.setattr(network, "NetworkThread", lambda: NetworkThread(needed))
    own, calls_by_thread, post = threading.local(), dict[int, int](), ReceiveQueue.post

    def counting(
        self: ReceiveQueue, handler: Callable[[Any, float], None], value: Any, at_s: float, *, can_wait: bool = False
    ) -> None:
        own.calls = getattr(own, "calls", 0) + 1  # lost together with the thread's state
        calls_by_thread[threading.get_ident()] = own.calls
        post(self, handler, value, at_s, can_wait=can_wait)

    monkeypatch.setattr(ReceiveQueue, "post", counting)
    async with hostile_peer(authority, "close-politely") as peer, opened(peer) as (stream, recorder):
        stream.send_text(CLOSE_STREAM)
        await recorder.ended()
    calls_by_thread.pop(threading.get_ident(), None)
    if needed is None:  # the locked versions need it
        assert max(calls_by_thread.values()) >= 3
    else:
        assert max(calls_by_thread.values()) == 1


@pytest.mark.parametrize(
    ("implementation", "python", "awscrt", "free_threaded", "affected"),
    [
        ("cpython", (3, 12), (0, 32), False, True),
        ("cpython", (3, 14), (0, 27), False, True),
        ("cpython", (3, 15), (0, 32), False, False),
        ("cpython", (3, 12), (0, 33), False, False),
        ("cpython", (3, 14), (0, 32), True, False),
        ("pypy", (3, 12), (0, 32), False, False),
    ],
)
def test_the_workaround_is_limited_to_measured_versions(
    implementation: str, python: tuple[int, int], awscrt: tuple[int, int], free_threaded: bool, affected: bool
) -> None:
    assert is_affected(implementation, python, awscrt, free_threaded) == affected
