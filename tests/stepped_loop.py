"""An asyncio event loop whose clock steps: time passes only while nothing else is to do, and then at once.

`run` runs a coroutine on such a loop. Timers fire in their order, an hour takes milliseconds, and two runs are the
same. Real sockets, threads and processes do not go with it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _SteppingSelector(selectors.SelectSelector):
    """Instead of waiting for a timeout it moves the clock on by it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("Everything waits, and no timer is set: this would hang.")
        self.now_s += max(0.0, timeout)
        return super().select(0)


class SteppedLoop(asyncio.SelectorEventLoop):
    """Runs on the stepping clock; `time` is that clock."""

    def __init__(self) -> None:
        self._stepping = _SteppingSelector()
        super().__init__(self._stepping)

    def time(self) -> float:
        """Seconds of the stepping clock."""
        return self._stepping.now_s


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a stepped loop and return its result."""
    with asyncio.Runner(loop_factory=SteppedLoop) as runner:
        return runner.run(main)


def now_s() -> float:
    """The running loop's clock; what to give as `clock`."""
    return asyncio.get_running_loop().time()
