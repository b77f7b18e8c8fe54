"""The built-in endpoint as the window keeps it: one process for all its runs, there before the first one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo

LOOK_EVERY_S = 1.0
"""The first look comes later than the window's own start, which the endpoint's must not slow down."""


class LocalEndpointKeeper(LocalEndpoint):
    """Started by the first run, or before it by `keep`; replaced when its arguments change or `renew` was called."""

    def __init__(self) -> None:
        super().__init__()
        self._arguments: tuple[str, ...] = ()
        self._outdated = False
        self._changing = asyncio.Lock()

    def renew(self) -> None:
        """Have the process replaced before the next run: it looks for speech models only when it starts."""
        self._outdated = self.info is not None

    async def start(self, arguments: Sequence[str] = ()) -> LocalEndpointInfo:
        """As the endpoint's own, but what runs with other arguments is replaced."""
        async with self._changing:
            if self.is_running and (self._outdated or self._arguments != tuple(arguments)):
                await self.stop()
            self._outdated = False
            self._arguments = tuple(arguments)
            return await super().start(arguments)

    async def keep(self, wanted: Callable[[], Sequence[str] | None]) -> None:
        """Keep it running with the arguments `wanted` (None: stopped), restarted if it dies; stop it when cancelled."""
        tried: tuple[str, ...] | None = None
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                arguments = wanted()
                died = self.info is not None and not self.is_running
                if arguments is None or (tuple(arguments) == tried and not died and not self._outdated):
                    continue
                tried = tuple(arguments)
                # The run that needs it reports the failure.
                with contextlib.suppress(ProblemError):
                    await self.start(arguments)
        finally:
            await self.stop()
