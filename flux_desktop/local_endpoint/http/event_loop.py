"""The event loop of the endpoint, which can note when the server library hands over a piece of a request's body.

That is the earliest moment at which Python learns of it: a thread of the library makes the call, and the loop takes the
piece only when it has woken up. Delays that a user has chosen count from there.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from flux_desktop.local_endpoint.http.body_reader import BodyReader

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def loop_factory(*, notes_arrivals: bool) -> LoopFactory:
    """What makes the loop. `notes_arrivals` costs a call for each piece."""
    base = _usual_loop()
    return _noting_arrivals(base) if notes_arrivals else base


def _usual_loop() -> Any:
    """Of uvloop where it is installed: measured, a chunk then costs a tenth less."""
    try:
        from uvloop import Loop
    except ImportError:
        if sys.platform == "win32":
            return asyncio.ProactorEventLoop
        return asyncio.SelectorEventLoop
    return Loop


def _noting_arrivals(base: Any) -> LoopFactory:
    class ArrivalLoop(base):  # type: ignore[misc]
        def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any, context: Any = None) -> Any:
            reader = getattr(callback, "__self__", None)
            if isinstance(reader, BodyReader):
                reader.arrived_s = time.monotonic()
            return super().call_soon_threadsafe(callback, *args, context=context)

    return ArrivalLoop
