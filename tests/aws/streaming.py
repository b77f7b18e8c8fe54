"""Opening streams to a scripted peer, and listening to them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from flux_desktop.aws.stream.opener import (
    Credentials,
    SageMakerStream,
    StreamEnd,
    StreamOpener,
    StreamTarget,
    StreamTimeouts,
)
from flux_desktop.base.problem import Problem, ProblemError
from tests.aws.hostile_peer import Peer

CREDENTIALS = Credentials(access_key="AKIDEXAMPLE", secret_key="x" * 40, session_token="token")
QUERY = "model=flux-general-en&encoding=linear16&sample_rate=16000&numerals=true"
#: Every limit of a stream, small enough for a test to wait for it.
QUICK = StreamTimeouts(connect_s=2, tls_reason_s=2, headers_s=0.5, error_body_s=0.5, close_s=2)
#: The same for a stream that is to be opened, which takes its time on a busy machine.
PATIENT = StreamTimeouts(connect_s=5, tls_reason_s=2, headers_s=5, error_body_s=0.5, close_s=2)
CLOSE_STREAM = '{"type":"CloseStream"}'


@dataclass
class Recorder:
    """A listener that keeps what it hears."""

    messages: list[tuple[bytes, bool, float]] = field(default_factory=list)
    ends: list[StreamEnd] = field(default_factory=list)
    late: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        self.late += bool(self.ends)
        self.messages.append((payload, is_text, received_s))
        self.changed.set()

    def on_end(self, end: StreamEnd) -> None:
        self.ends.append(end)
        self.changed.set()

    async def until(self, condition: Callable[[], object], limit_s: float = 5.0) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def ended(self, limit_s: float = 5.0) -> StreamEnd:
        await self.until(lambda: self.ends, limit_s)
        return self.ends[0]

    async def heard(self, count: int) -> None:
        await self.until(lambda: len(self.messages) >= count)


async def eventually(condition: Callable[[], object], limit_s: float = 3.0) -> None:
    """Wait until `condition` holds; for things that give no sign of their own."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def target_of(peer: Peer, **changes: str) -> StreamTarget:
    return StreamTarget(
        **{"endpoint_name": "flux-en", "region": "us-east-1", "endpoint_url": peer.url, "ca_file": peer.ca_file}  # type: ignore[arg-type]
        | changes
    )


@contextlib.asynccontextmanager
async def opener_to(peer: Peer, limits: StreamTimeouts = QUICK, **changes: str) -> AsyncIterator[StreamOpener]:
    """An opener to `peer`; afterwards its connections are gone."""
    opener = StreamOpener(target_of(peer, **changes), limits)
    try:
        yield opener
    finally:
        await opener.close()
    async with asyncio.timeout(3):
        await peer.all_gone()


@contextlib.asynccontextmanager
async def opened(peer: Peer, limits: StreamTimeouts = PATIENT) -> AsyncIterator[tuple[SageMakerStream, Recorder]]:
    """One open stream to `peer` that has said Connected."""
    recorder = Recorder()
    async with opener_to(peer, limits) as opener:
        stream = await opener.open(QUERY, CREDENTIALS, recorder)
        await recorder.heard(1)
        yield stream, recorder
        await stream.close()
    assert len(recorder.ends) == 1
    assert not recorder.late, "a message came after the end"


async def open_problem(peer: Peer, limits: StreamTimeouts = QUICK, **changes: str) -> Problem:
    """Why a stream to `peer` cannot be opened; nobody is told of an end then."""
    recorder = Recorder()
    async with opener_to(peer, limits, **changes) as opener:
        try:
            await opener.open(QUERY, CREDENTIALS, recorder)
        except ProblemError as error:
            assert not recorder.ends
            return error.problem
    raise AssertionError("the stream was opened")
