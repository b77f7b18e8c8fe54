"""The built-in endpoint as a child process: started, awaited until ready, stopped; never imported.

Runs on the front end's event loop. The child exits when its standard input is closed, so that it cannot outlive a
front end that was killed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from flux_desktop.aws.target import Credentials
from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import remember

LOCAL_ENDPOINT_MODULE = "flux_desktop.local_endpoint"
READY_MAX_S = 20.0


class LocalEndpointInfo(msgspec.Struct, kw_only=True):
    """What the built-in endpoint reports when it is ready; its keys are new at every start."""

    url: str
    region: str
    ca_file: str
    access_key: str
    secret_key: str
    endpoints: list[str] = []
    recogniser: str = ""
    speech_models: list[str] = []
    bundle: str = "unknown"
    scaling_speed: float | None = None
    """Of the scaling that it simulates; None where it simulates none."""

    def __repr__(self) -> str:
        return f"LocalEndpointInfo(url={self.url!r}, recogniser={self.recogniser!r}, bundle={self.bundle!r})"

    @property
    def credentials(self) -> Credentials:
        """The keys it accepts."""
        return Credentials(access_key=self.access_key, secret_key=self.secret_key, source="built-in endpoint")


class LocalEndpoint:
    """At most one process. `info` is None while none runs."""

    def __init__(self) -> None:
        self.info: LocalEndpointInfo | None = None
        self._child: Child | None = None
        self._starting = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether the process is running and has reported that it is ready."""
        child = self._child
        return (
            self.info is not None
            and child is not None
            and child.process is not None
            and child.process.returncode is None
        )

    async def start(self, arguments: Sequence[str] = ()) -> LocalEndpointInfo:
        """Start it, or return the one that is running; raises `ProblemError` if it is not ready within 20 s."""
        async with self._starting:
            if self.is_running:
                assert self.info is not None
                return self.info
            await self.stop()
            self._child = child = Child("local endpoint")
            try:
                self.info = await self._ready(child, ["--parent-pipe", *arguments])
            except BaseException:
                await self.stop()
                raise
            return self.info

    async def stop(self) -> None:
        """Stop it within about 3 s; idempotent."""
        self.info = None
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def _ready(self, child: Child, arguments: Sequence[str]) -> LocalEndpointInfo:
        try:
            process = await child.start(program.command(LOCAL_ENDPOINT_MODULE, arguments))
        except OSError as error:
            raise ProblemError(_not_ready(str(error))) from error
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_MAX_S):
                line = await process.stdout.readline()
        except TimeoutError:
            raise ProblemError(_not_ready(f"it was not ready within {READY_MAX_S:.0f} s")) from None
        try:
            info = msgspec.json.decode(line, type=LocalEndpointInfo)
        except msgspec.DecodeError:
            await child.stop()
            last = child.stderr_tail[-1] if child.stderr_tail else "it printed nothing"
            raise ProblemError(_not_ready(last)) from None
        remember(info.access_key, info.secret_key)
        return info


def _not_ready(why: str) -> Problem:
    return Problem(
        code="local_endpoint_failed",
        what="The built-in endpoint could not be started.",
        why=why[:1].upper() + why[1:] + ("" if why.endswith(".") else "."),
        todo="Try again; if it happens again, run “flux-stress local-endpoint” in a terminal and read its output.",
    )
