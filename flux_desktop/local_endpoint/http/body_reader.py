"""The body of a stream's request, handed over piece by piece as it arrives, without a task for each stream.

The server library answers each request for the next piece with an object that keeps asyncio's protocol for futures: its
callback takes the piece. Next pieces are requested at the end of a wake-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from flux_desktop.local_endpoint.http.wake_ups import WakeUps


class BodyReader:
    """Passes what `protocol` iterates over to `take`, until that returns False or the body ends.

    `take` also gets `arrived_s`: when the library handed over the piece, where the event loop notes that; else 0.
    `ended` is done then, with the exception if there was one. `stop` ends it at any time.
    """

    def __init__(self, protocol: Any, take: Callable[[bytes, float], bool], wake_ups: WakeUps) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.arrived_s = 0.0
        self._pieces = aiter(protocol)
        self._take = take
        self._wake_ups = wake_ups
        self._awaited: Any = None
        wake_ups.at_end(self._request)

    def stop(self) -> None:
        """Take nothing more. Idempotent."""
        self.ended.cancel()
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            awaited.cancel()

    def _request(self) -> None:
        if self.ended.done():
            return
        try:
            self._awaited = awaited = anext(self._pieces)
        except StopAsyncIteration:
            self.ended.set_result(None)
            return
        except RuntimeError as error:  # the server library's own errors are of this kind
            self.ended.set_exception(error)
            return
        awaited.add_done_callback(self._arrived, context=self._wake_ups.context)

    def _arrived(self, piece: Any) -> None:
        if self.ended.done():
            return
        self._awaited = None
        try:
            data = piece.result()
            continues = not data or self._take(data, self.arrived_s)
        except Exception as error:  # boundary: an error in one stream must not end the others
            self.ended.set_exception(error)
            return
        if continues:
            self._wake_ups.at_end(self._request)
        else:
            self.ended.set_result(None)
