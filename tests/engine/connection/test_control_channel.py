"""Control messages and Configure over a fake transport, on a stepped clock."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import Bench, FakeStream, FakeTransport, polite
from tests.stepped_loop import run

PLANNED = FluxOptions(eot_threshold=0.7, eot_timeout_ms=5000)


def wanting(value: float) -> FluxOptions:
    return msgspec.structs.replace(PLANNED, eot_threshold=value)


def obedient(answer_s: float = 0.05):
    """A polite server that confirms every Configure after so long."""

    def script(stream: FakeStream, what: str) -> None:
        polite(stream, what)
        if what == "Configure":
            asked = msgspec.json.decode(stream.sent_texts[-1])
            stream.say("ConfigureSuccess", thresholds=asked.get("thresholds"), keyterms=[], after_s=answer_s)

    return script


def bench_on(script, **changes: object) -> Bench:
    return Bench(FakeTransport(script), options=PLANNED, **changes)  # type: ignore[arg-type]


def thresholds_sent(bench: Bench) -> list[float]:
    return [each["thresholds"]["eot_threshold"] for each in bench.sent if each["type"] == "Configure"]


def test_a_change_is_sent_confirmed_and_timed() -> None:
    async def live() -> None:
        bench = bench_on(obedient(0.3))
        await bench.run((0.5, lambda: bench.connection.set_parameters(wanting(0.8), 1)))
        assert thresholds_sent(bench) == [0.8]
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert parameters.in_force == parameters.wanted == wanting(0.8)
        round_trip = bench.context.histograms["configure"].percentiles()
        assert (round_trip.n, round_trip.p50_ms) == (1, pytest.approx(300, abs=5))

    run(live())


def test_a_dragged_slider_sends_one_at_a_time_and_ends_on_the_last() -> None:
    async def live() -> None:
        bench = bench_on(obedient(0.3))
        drag = [
            (0.5 + step / 100, lambda step=step: bench.connection.set_parameters(wanting(0.5 + step / 100), step))
            for step in range(1, 21)
        ]
        await bench.run(*drag)
        assert thresholds_sent(bench) == [0.51, 0.7]

    run(live())


def test_an_unanswered_change_is_reported_and_its_late_answer_is_not_the_next_one_s() -> None:
    async def live() -> None:
        bench = bench_on(obedient(6.0), loop=True)
        await bench.run(
            (0.5, lambda: bench.connection.set_parameters(wanting(0.8), 1)),
            (6.0, lambda: bench.connection.set_parameters(wanting(0.9), 2)),
            (7.0, lambda: checked.append(bench.connection.row().parameters)),
            (11.5, lambda: bench.connection.request_stop()),
        )
        # The answer to 0.8 arrives at 6.5 s, after its timeout at 5.5 s and while 0.9 is in flight.
        assert bench.notices == ["configure_unanswered", "configure_unanswered"]
        (at_7_s,) = checked
        assert at_7_s.in_force.eot_threshold == 0.8
        assert at_7_s.in_flight == Configure(thresholds=Thresholds(eot_threshold=0.9))
        assert bench.context.histograms["configure"].n == 0

    checked: list = []
    run(live())


def test_a_refusal_is_in_the_row_with_its_reason() -> None:
    def refusing(stream: FakeStream, what: str) -> None:
        polite(stream, what)
        if what == "Configure":
            stream.say("ConfigureFailure", code="INVALID_THRESHOLD", description="out of range")

    async def live() -> None:
        bench = bench_on(refusing)
        await bench.run((0.5, lambda: bench.connection.set_parameters(wanting(0.8), 1)))
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert (parameters.refused, parameters.in_force) == ("out of range", PLANNED)
        assert len(bench.of(ConnectionEnded)[0].summary.configure_failures) == 1

    run(live())


def test_what_no_build_accepts_is_reported_and_not_sent() -> None:
    async def live() -> None:
        bench = bench_on(obedient())
        await bench.run((0.5, lambda: bench.connection.set_parameters(wanting(1.2), 1)))
        assert bench.notices == ["option_out_of_range"]
        assert thresholds_sent(bench) == []

    run(live())


def test_a_planned_change_goes_out_as_it_is_after_the_idle_time() -> None:
    async def live() -> None:
        change = Configure(thresholds=Thresholds(eot_threshold=9.0))
        bench = bench_on(polite, reconfigure=change, reconfigure_after_s=0.5, idle_before_audio_s=1.0)
        await bench.run()
        (sent,) = [event for event in bench.events if "Configure" in getattr(event, "text", "")]
        assert thresholds_sent(bench) == [9.0]
        assert sent.t == pytest.approx(0.06 + 1.0 + 0.5, abs=0.02)  # type: ignore[union-attr]

    run(live())


def test_controls_are_sent_while_streaming_only() -> None:
    async def live() -> None:
        bench = bench_on(polite)
        force = '{"type":"ForceEndTurn"}'
        bench.connection.control(force)
        await bench.run((0.5, lambda: bench.connection.control(force)))
        bench.connection.control(force)
        assert [each["type"] for each in bench.sent] == ["ForceEndTurn", "CloseStream"]

    run(live())


class Direct:
    """A control channel of its own, on a stream that answers nothing."""

    def __init__(self) -> None:
        self.bench = bench_on(lambda stream, what: None)
        self.changes: list[None] = []
        self.channel = ControlChannel(1, self.bench.context, lambda: self.changes.append(None))

    async def open(self) -> FakeStream:
        return await self.bench.transport.open("", None)  # type: ignore[arg-type]  # nothing is said


def test_what_is_wanted_without_a_stream_is_sent_on_the_next_one() -> None:
    async def live() -> None:
        direct = Direct()
        assert direct.channel.want(wanting(0.8), 1)
        assert not direct.channel.want(wanting(0.9), 1), "the same revision"
        assert thresholds_sent(direct.bench) == []
        direct.channel.use(await direct.open(), PLANNED)
        assert thresholds_sent(direct.bench) == [0.8]
        direct.channel.suspend()
        direct.channel.use(await direct.open(), wanting(0.8))
        assert thresholds_sent(direct.bench) == [0.8], "the new stream was opened with it"
        assert direct.channel.in_force == wanting(0.8)
        direct.channel.close()

    run(live())


def test_a_suspended_or_closed_channel_sends_nothing_and_waits_for_nothing() -> None:
    async def live() -> None:
        direct = Direct()
        direct.channel.use(await direct.open(), PLANNED)
        direct.channel.want(wanting(0.8), 1)
        before = len(direct.changes)
        direct.channel.suspend()
        assert len(direct.changes) == before + 1
        direct.channel.send_close()
        direct.channel.use(await direct.open(), PLANNED)
        direct.channel.configure_later(Configure(thresholds=Thresholds(eot_threshold=0.9)), 1.0)
        direct.channel.close()
        direct.channel.close()
        await asyncio.sleep(60)
        assert [each["type"] for each in direct.bench.sent] == ["Configure", "Configure"]
        assert direct.bench.notices == [], "no answer is waited for"

    run(live())


def test_a_stream_that_has_just_ended_takes_nothing_and_records_nothing() -> None:
    async def live() -> None:
        direct = Direct()
        stream = await direct.open()
        direct.channel.use(stream, PLANNED)
        stream._ended = True
        direct.channel.send_close()
        assert direct.bench.sent == []
        direct.channel.close()

    run(live())
