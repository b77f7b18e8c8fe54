"""Opening streams to a scripted peer, and listening to them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import msgspec

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
from tests.waiting import PATIENCE_S

CREDENTIALS = Credentials(access_key="AKIDEXAMPLE", secret_key="x" * 40, session_token="token")
QUERY = "model=flux-general-en&encoding=linear16&sample_rate=16000&numerals=true"
#: Limits that no answer of a peer misses, however busy the machine is.
PATIENT = StreamTimeouts(
    connect_s=PATIENCE_S, tls_reason_s=PATIENCE_S, headers_s=PATIENCE_S, open_s=PATIENCE_S, error_body_s=0.5, close_s=2
)
#: The same with a limit for the answer that a test can wait for.
QUICK = msgspec.structs.replace(PATIENT, headers_s=0.5)
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

    async def until(self, condition: Callable[[], object], limit_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def ended(self) -> StreamEnd:
        await self.until(lambda: self.ends)
        return self.ends[0]

    async def heard(self, count: int) -> None:
        await self.until(lambda: len(self.messages) >= count)


async def eventually(condition: Callable[[], object], limit_s: float = PATIENCE_S) -> None:
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
async def opener_to(
    peer: Peer, limits: StreamTimeouts = PATIENT, streams_each: int = 1, **changes: str
) -> AsyncIterator[StreamOpener]:
    """An opener to `peer`; afterwards its connections are gone."""
    opener = StreamOpener(target_of(peer, **changes), limits, streams_each=streams_each)
    try:
        yield opener
    finally:
        await opener.close()
    async with asyncio.timeout(PATIENCE_S):
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


async def open_problem(peer: Peer, limits: StreamTimeouts = PATIENT, **changes: str) -> Problem:
    """Why a stream to `peer` cannot be opened; nobody is told of an end then."""
    recorder = Recorder()
    async with opener_to(peer, limits, **changes) as opener:
        try:
            await opener.open(QUERY, CREDENTIALS, recorder)
        except ProblemError as error:
            assert not recorder.ends
            return error.problem
    raise AssertionError("the stream was opened")
