"""Failed streams that are opened again, over a fake transport on a stepped clock."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.report import ConnectionReport, StateChange
from flux_desktop.engine.connection.stream import Stream, StreamFailedError
from flux_desktop.engine.connection.stream_retries import StreamRetries
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import Bench, FakeTransport, polite
from tests.engine.connection.test_stream_switcher import PLANNED, THROTTLED, losing
from tests.stepped_loop import now_s, run


def test_new_parameters_that_the_model_refuses_do_not_cost_the_connection() -> None:
    """The next stream is refused because of them; the one after it is opened with those in force."""

    async def live() -> None:
        refusal = Problem(code="model_refused", what="The model refused the parameters.")
        bench = Bench(FakeTransport(losing(1.0), refusal, polite), options=PLANNED, loop=True)
        wanted = msgspec.structs.replace(PLANNED, profanity_filter=True)
        ledger = await bench.run(
            (0.5, lambda: bench.connection.set_parameters(wanted, 1)), (8.0, bench.connection.request_stop)
        )
        assert ledger == "completed"
        assert ["profanity_filter" in query for query in bench.transport.queries] == [False, True, False]
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert (parameters.refused, parameters.in_force) == ("The model refused the parameters.", PLANNED)

    run(live())


def test_a_throttled_opening_is_retried_with_growing_waits() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(THROTTLED, THROTTLED, polite))
        assert await bench.run() == "completed"
        summary = bench.of(ConnectionEnded)[0].summary
        assert (summary.retries, summary.reconnects) == (2, 0)
        assert [event.problem for event in bench.of(ConnectionChanged) if event.problem] == [THROTTLED, THROTTLED]

    run(live())


def test_without_reconnecting_the_first_loss_is_the_end() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(losing(0.5), polite), reconnect=False)
        assert await bench.run() == "failed in mid-stream"
        assert len(bench.transport.streams) == 1

    run(live())


def test_attempts_end_by_the_deadline_with_the_failure_that_is_known() -> None:
    """The second stream never answers: what is raised at the deadline is why the first one failed."""

    async def live() -> None:
        context, changed = Bench(FakeTransport(polite), options=PLANNED).context, asyncio.Event()
        changes: list[StateChange] = []
        report = ConnectionReport(1)
        retries = StreamRetries(
            context,
            ControlChannel(1, context, lambda: None),
            report,
            new_stream=lambda: Stream(context, lambda *_: None, changed.set),
            is_done=lambda: False,
            changed=changed,
            on_state=changes.append,
        )

        async def never(_stream: Stream, _options: FluxOptions) -> OpenStream:
            await asyncio.Event().wait()
            raise AssertionError

        failed, by_s = StreamFailedError(LedgerClass.CONNECT_FAILED, THROTTLED), now_s() + 5.0
        with pytest.raises(StreamFailedError) as last:
            await retries.replacement(failed, by_s, ConnectionState.CONNECTING, never)
        assert last.value is failed
        assert now_s() == pytest.approx(by_s)
        assert report.retries == 1
        assert changes == [StateChange(ConnectionState.CONNECTING, problem=THROTTLED)]

    run(live())
