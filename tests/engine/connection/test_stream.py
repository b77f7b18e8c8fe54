"""How a stream ends that was asked to, and whose fault it is where it does not."""

from __future__ import annotations

import pytest

from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.connection.stream import Stream
from tests.engine.connection.fake_transport import Bench, FakeStream, FakeTransport, polite
from tests.stepped_loop import run


@pytest.mark.parametrize(
    ("unsent_s", "is_late", "what", "asked_s"),
    [
        (0.0, False, "The endpoint did not close the stream.", 4.0),
        (0.0, True, "The stream did not end in time.", 4.0),
        (9.0, False, "The endpoint stopped accepting audio.", 9.0),
        (9.0, True, "Audio could no longer be sent in time.", 9.0),
    ],
)
def test_a_stream_that_does_not_end_is_the_endpoints_fault_only_where_this_machine_kept_pace(
    unsent_s: float, is_late: bool, what: str, asked_s: float
) -> None:
    def stuck(stream: FakeStream, what: str) -> None:
        if what != "CloseStream":
            polite(stream, what)
        stream.oldest_unsent_s = unsent_s

    asked: list[float] = []

    def was_late(period_s: float) -> bool:
        asked.append(period_s)
        return is_late

    async def live() -> None:
        bench = Bench(FakeTransport(stuck), timeouts=Timeouts(drain_s=4.0))
        stream = Stream(bench.context, lambda stream, *_: stream.connected(), lambda: None)
        await stream.open(bench.context.plan.options, lambda: None)
        problem = await stream.finish(lambda: None, was_late)
        assert problem is not None
        assert problem.what == what
        assert asked == [asked_s]

    run(live())
