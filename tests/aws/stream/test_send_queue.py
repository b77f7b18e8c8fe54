"""What a stream hands to the network thread: counted until the connection has taken it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from flux_desktop.aws.stream import send_queue
from flux_desktop.aws.stream.send_queue import SendQueue


class Slow:
    """Takes each write when told to."""

    def __init__(self) -> None:
        self.writes: list[Future[None]] = []

    def write_data(self, data: io.BytesIO | None, end_stream: bool = False) -> Future[None]:
        self.writes.append(Future())
        return self.writes[-1]

    def take(self, n: int) -> None:
        for write in self.writes[:n]:
            write.set_result(None)
        del self.writes[:n]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[SendQueue, Slow]]:
    monkeypatch.setattr(send_queue, "_HAS_BINDING", False)

    def make() -> tuple[SendQueue, Slow]:
        out, stream = SendQueue(), Slow()
        out.open(stream)
        for size in (10, 20, 30):
            out.write(bytes(size))
        return out, stream

    return make


def test_completed_writes_no_longer_count(written: Callable[[], tuple[SendQueue, Slow]]) -> None:
    out, stream = written()
    assert out.unsent_bytes == 60
    stream.take(2)
    assert out.unsent_bytes == 30
    out.write(bytes(5))
    stream.take(2)
    assert (out.unsent_bytes, out.oldest_unsent_s) == (0, 0.0)


def test_completions_after_the_end_change_nothing(written: Callable[[], tuple[SendQueue, Slow]]) -> None:
    out, stream = written()
    out.close()
    stream.take(3)
    assert out.unsent_bytes == 0


def test_a_missing_private_binding_is_logged_once(
    written: Callable[[], tuple[SendQueue, Slow]], caplog: pytest.LogCaptureFixture
) -> None:
    send_queue._report_missing_binding.cache_clear()
    for _ in range(2):
        written()
    (record,) = caplog.records
    assert "private write binding is unavailable" in record.message


def test_an_empty_queue_is_small() -> None:
    parts: list[Any] = [getattr(SendQueue(), name) for name in SendQueue.__slots__]
    assert sum(sys.getsizeof(part) for part in parts) < 512
