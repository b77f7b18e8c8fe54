"""The network thread's Python state is made once, not for every call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from flux_desktop.aws.stream.receive_queue import ReceiveQueue
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CLOSE_STREAM, opened
from tests.aws.throwaway_ca import Authority


async def test_what_the_network_thread_keeps_outlives_a_call(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, kept, post = threading.local(), dict[int, int](), ReceiveQueue.post

    def counting(self: ReceiveQueue, handler: Callable[[Any, float], None], value: Any, at_s: float) -> None:
        own.calls = getattr(own, "calls", 0) + 1  # lost together with the thread's state
        kept[threading.get_ident()] = own.calls
        post(self, handler, value, at_s)

    monkeypatch.setattr(ReceiveQueue, "post", counting)
    async with hostile_peer(authority, "close-politely") as peer, opened(peer) as (stream, recorder):
        stream.send_text(CLOSE_STREAM)
        await recorder.ended()
    kept.pop(threading.get_ident(), None)
    assert max(kept.values()) >= 3
