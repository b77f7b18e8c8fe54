"""An event for objects of which there are many."""

from __future__ import annotations

import asyncio


class LeanEvent:
    """`asyncio.Event` without the queue of half a kilobyte that each of those has from its making on.

    A connection has four. Made where the next stream is opened, they lay between what the network library frees.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def set(self) -> None:
        """Let all go on that wait."""
        self._is_set = True
        for each in self._waiting:
            if not each.done():
                each.set_result(None)

    def clear(self) -> None:
        """Whoever waits from now on waits for the next `set`."""
        self._is_set = False

    async def wait(self) -> None:
        """Until it is set; at once where it is."""
        if self._is_set:
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        finally:
            self._waiting.remove(mine)
