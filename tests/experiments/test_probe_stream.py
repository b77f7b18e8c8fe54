"""One stream of a probe, over a fake transport on a stepped clock."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.experiments.probe_stream import ProbeStream
from flux_desktop.flux.messages import Error, ForceEndTurn, Warning_, encode
from tests.engine.connection.fake_transport import CHUNK_BYTES, CHUNK_S, FakeStream, FakeTransport, polite
from tests.stepped_loop import now_s, run


def stream_on(transport: FakeTransport) -> ProbeStream:
    return ProbeStream(transport, "model=x", bytes(CHUNK_BYTES * 5), CHUNK_BYTES, CHUNK_S, now_s)


def test_messages_are_kept_and_awaited() -> None:
    async def live() -> None:
        async with stream_on(FakeTransport(polite)) as stream:
            assert stream.refusal is None
            assert stream.connected_after_s is not None
            stream.begin_audio()
            assert await stream.wait_for(lambda: bool(stream.turn_infos("EndOfTurn")), 5.0)
            assert [info.event for _, info in stream.turn_infos()] == ["StartOfTurn", "EndOfTurn"]
            since_s = stream.turn_infos("StartOfTurn")[0][0]
            assert [info.event for _, info in stream.turn_infos(since_s=since_s)] == ["EndOfTurn"]
            assert not stream.is_over
            assert not await stream.wait_for(lambda: stream.is_over, 1.0)
            assert stream.why_over() == ""
            stream.keep_alive()

    run(live())


def test_a_refusal_is_kept() -> None:
    problem = Problem(code="model_error", what="The model refused it.")

    async def live() -> None:
        async with stream_on(FakeTransport(problem)) as stream:
            assert stream.refusal == problem
            assert stream.denial == "unclear"

    run(live())


def test_only_the_models_own_refusal_is_a_no() -> None:
    async def live(code: str, outcome: str) -> None:
        async with stream_on(FakeTransport(Problem(code=code, what="It was refused."))) as stream:
            assert stream.denial == outcome

    for code, outcome in (("model_refused", "no"), ("request_invalid", "no"), ("throttled", "unclear")):
        run(live(code, outcome))
    run(live("connection_lost", "unclear"))


def test_a_stream_that_never_connects_is_refused() -> None:
    async def live() -> None:
        async with stream_on(FakeTransport(lambda stream, what: None)) as stream:
            assert stream.refusal is not None
            assert stream.refusal.code == "never_connected"

    run(live())


def test_a_fatal_error_ends_it_with_the_servers_words() -> None:
    def strict(stream: FakeStream, what: str) -> None:
        if what == "ForceEndTurn":
            stream.say("Error", code="UNPARSABLE_CLIENT_MESSAGE", description="unknown variant")
            stream.say("Surprise", detail=1)
            stream.say("Warning", code=7)
        else:
            polite(stream, what)

    async def live() -> None:
        async with stream_on(FakeTransport(strict)) as stream:
            stream.begin_audio()
            assert stream.send(encode(ForceEndTurn()))
            assert await stream.wait_for(lambda: len(stream.unknown()) == 2, 1.0)
            assert stream.is_over
            assert stream.why_over() == "UNPARSABLE_CLIENT_MESSAGE: unknown variant"
            assert "Surprise" in stream.unknown()[0]
            assert "Warning" in stream.unknown()[1]

    run(live())


def test_messages_in_one_payload_are_all_kept_and_named() -> None:
    async def live() -> None:
        async with stream_on(FakeTransport(polite)) as stream:
            stream.on_message(b'{"type":"Warning","code":"a"}\0{"type":"Error","code":"b"}', True, now_s())
            assert [type(each.message) for each in stream.arrivals[1:]] == [Warning_, Error]
            assert len(stream.unknown()) == 2
            stream.on_message(b"not JSON", True, now_s())
            assert stream.unreadable == ["not JSON"]

    run(live())
