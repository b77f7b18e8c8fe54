"""What a connection leaves of the streams it has changed over from: nothing, and at once."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.aws.stream.channel import Channel
from flux_desktop.aws.stream.stream import SageMakerStream
from flux_desktop.engine.connection.stream import Stream
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionChanged, Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import make_authority
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.waiting import PATIENCE_S

CHANGES = 4


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What lies in a circle stays, as it does for hours in a worker that makes few objects."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_ended_streams_are_freed_without_the_collector(tmp_path: Path) -> None:
    before = alive()
    left: list[Counter[type]] = []

    def on_event(event: Event) -> None:
        if isinstance(event, ConnectionChanged) and event.rotations > len(left):
            left.append(alive() - before)
            if event.rotations == CHANGES:
                run.stop(drain=True)

    async with hostile_peer(make_authority(tmp_path), "close-politely") as peer:
        plan = RunPlan(
            endpoint="hostile",
            source=WavSource(path="none.wav"),
            endpoint_url=peer.url,
            ca_file=str(peer.ca_file),
            rotate_after_s=0.1,
            rotate_latest_s=0.2,
        )
        start = StartRun(plan=plan, connections=[1], origin_s=time.monotonic(), credentials=CREDENTIALS)
        run = Run(
            start,
            SageMakerTransport(plan, CREDENTIALS),
            lambda *_: MemoryChunkSource(bytes(2560), 2560, loop=True, limit_bytes=None),
            on_event,
        )
        async with asyncio.timeout(PATIENCE_S):
            await run.carry_out()
    assert len(left) == CHANGES
    # The new one, and until the next is opened the last one in its opener's list.
    assert left[-1] == {Stream: 1, SageMakerStream: 2, Channel: 2}


def alive() -> Counter[type]:
    kinds = (Stream, SageMakerStream, Channel)
    return Counter(type(each) for each in gc.get_objects() if isinstance(each, kinds))
