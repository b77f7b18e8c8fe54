"""A run on demand: connections that open and end by command, over a fake transport on a stepped clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.aws.target import Credentials
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.worker.run import Run
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import CHUNK_BYTES, FakeStream, FakeTransport, polite
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.stepped_loop import now_s, run


async def carried_out(
    *steps: tuple[float, Callable[[Run], object]],
    early: tuple[int, ...] = (),
    variants: tuple[FluxOptions, ...] = (),
    script: Callable[[FakeStream, str], None] = polite,
) -> list[Event]:
    """The events of a run of endless silence on which the steps act, each so many seconds after the start.

    `early` connections are demanded before the run begins.
    """
    events: list[Event] = []
    plan = RunPlan(
        endpoint="fake",
        source=WavSource(path="a.wav", loop=True),
        connections=10,
        on_demand=True,
        variants=variants,
    )
    keys = Credentials(access_key="a", secret_key="b")
    work = Run(
        StartRun(plan=plan, connections=[], origin_s=now_s(), credentials=keys),
        FakeTransport(script),
        lambda *_: MemoryChunkSource(bytes(CHUNK_BYTES), CHUNK_BYTES, loop=True, limit_bytes=None),
        events.append,
        clock=now_s,
    )
    work.open_connections(early)
    loop = asyncio.get_running_loop()
    for after_s, step in steps:
        loop.call_later(after_s, step, work)
    await work.carry_out()
    return events


def ends(events: list[Event]) -> dict[int, str]:
    return {event.summary.conn: event.summary.ledger for event in events if isinstance(event, ConnectionEnded)}


def streaming_at(events: list[Event]) -> dict[int, float]:
    changes = [event for event in events if isinstance(event, ConnectionChanged) and event.state == "streaming"]
    return {event.conn: event.t for event in changes}


def test_connections_open_and_end_when_commanded_and_the_run_ends_when_stopped() -> None:
    events = run(
        carried_out(
            (0.5, lambda work: work.open_connections([1, 2])),
            (5.0, lambda work: work.open_connections([3])),
            (8.0, lambda work: work.end_connections([2])),
            (12.0, lambda work: work.stop(drain=True)),
        )
    )
    assert ends(events) == {1: "completed", 2: "completed", 3: "completed"}
    began = streaming_at(events)
    assert 0.5 < began[1] < began[2] < 0.7
    assert 5.0 < began[3] < 5.2
    second = next(event for event in events if isinstance(event, ConnectionEnded) and event.summary.conn == 2)
    assert 7.99 < second.t < 11.0


def test_connections_that_are_demanded_early_open_once() -> None:
    events = run(carried_out((5.0, lambda work: work.stop(drain=True)), early=(1, 2)))
    states = [event.state for event in events if isinstance(event, ConnectionChanged) and event.conn == 1]
    assert states.count("connecting") == 1
    assert ends(events) == {1: "completed", 2: "completed"}


def test_a_number_is_used_once() -> None:
    events = run(
        carried_out(
            (0.5, lambda work: work.open_connections([1])),
            (2.0, lambda work: work.end_connections([1])),
            (6.0, lambda work: work.open_connections([1])),
            (8.0, lambda work: work.stop(drain=True)),
        )
    )
    assert len([event for event in events if isinstance(event, ConnectionEnded)]) == 1


def test_a_connection_that_is_ended_before_it_opened_was_not_started() -> None:
    def open_and_end(work: Run) -> None:
        work.open_connections([1, 2])
        work.end_connections([2])

    events = run(carried_out((0.5, open_and_end), (5.0, lambda work: work.stop(drain=True))))
    assert ends(events) == {1: "completed", 2: "not started"}


def test_connections_begin_with_their_own_parameters() -> None:
    queries: list[str] = []

    def script(stream: FakeStream, kind: str) -> None:
        if not queries or queries[-1] != stream.query:
            queries.append(stream.query)
        polite(stream, kind)

    run(
        carried_out(
            (0.5, lambda work: work.open_connections([1])),
            (2.0, lambda work: work.end_connections([1])),
            (4.0, lambda work: work.open_connections([2])),
            (6.0, lambda work: work.stop(drain=True)),
            variants=(FluxOptions(eot_threshold=0.6), FluxOptions(eot_threshold=0.8)),
            script=script,
        )
    )
    assert ["eot_threshold=0.6" in queries[0], "eot_threshold=0.8" in queries[1]] == [True, True]
