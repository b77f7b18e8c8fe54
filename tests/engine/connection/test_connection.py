"""A connection's life over a fake transport, on a stepped clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.messages import CloseStream, encode
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import Bench, FakeStream, FakeTransport, polite
from tests.stepped_loop import now_s, run


def silent(stream: FakeStream, what: str) -> None:
    """A server that accepts a stream and never says anything."""


def test_a_whole_life_in_the_documented_order() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(polite))
        assert await bench.run() == "completed"
        assert bench.states == ["connecting", "opened", "streaming", "draining", "ended"]
        (stream,) = bench.transport.streams
        assert [message["type"] for message in bench.sent] == ["CloseStream"]
        assert stream.is_input_ended
        assert stream.is_closed
        summary = bench.of(ConnectionEnded)[0].summary
        assert (summary.final_texts, summary.turns, summary.retries) == (["hello there"], 1, 0)
        # All audio, then silence until the end of the last turn is known to be covered.
        assert stream.audio_s >= 2.4
        assert summary.violations == {}

    run(live())


def test_audio_is_sent_at_its_own_pace() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(polite))
        began_s = now_s()
        await bench.run()
        assert bench.connection.row().pacing_p99_ms == pytest.approx(0.0, abs=1.0)
        # The audio, and 1.5 s of silence: this server sends nothing between turns.
        assert now_s() - began_s == pytest.approx(2.4 + 1.5, abs=0.1)

    run(live())


@pytest.mark.parametrize(
    ("script", "ledger", "code"),
    [
        (Problem(code="model_refused", what="No."), "connect failed", "model_refused"),
        (silent, "never Connected", "never_connected"),
    ],
)
def test_a_stream_that_does_not_reach_connected(script: object, ledger: str, code: str) -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(script))  # type: ignore[arg-type]
        assert await bench.run() == ledger
        summary = bench.of(ConnectionEnded)[0].summary
        assert summary.problem is not None
        assert (summary.problem.code, summary.chunks_sent) == (code, 0)

    run(live())


def test_a_stream_of_another_model_is_not_called_silent() -> None:
    def nova(stream: FakeStream, what: str) -> None:
        if what == "opened":
            stream.say("Metadata")

    async def live() -> None:
        bench = Bench(FakeTransport(nova))
        assert await bench.run() == "never Connected"
        problem = bench.of(ConnectionEnded)[0].summary.problem
        assert problem is not None
        assert "its messages are not those of Flux" in problem.what

    run(live())


def test_nothing_transcribed_is_a_class_of_its_own() -> None:
    def deaf(stream: FakeStream, what: str) -> None:
        if what in ("opened", "CloseStream"):
            polite(stream, what)

    async def live() -> None:
        assert await Bench(FakeTransport(deaf)).run() == "no transcript"

    run(live())


def test_a_server_that_does_not_close_is_given_up_after_the_drain_time() -> None:
    def endless(stream: FakeStream, what: str) -> None:
        if what != "CloseStream":
            polite(stream, what)

    async def live() -> None:
        bench = Bench(FakeTransport(endless), timeouts=Timeouts(drain_s=4.0))
        began_s = now_s()
        assert await bench.run() == "failed in mid-stream"
        assert bench.of(ConnectionEnded)[0].summary.problem == problems.not_closed(4.0)
        assert now_s() - began_s < 2.4 + 4.0 + 3.0

    run(live())


def test_a_stop_drains_and_keeps_the_open_turn() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(polite), loop=True)
        assert await bench.run((0.8, bench.connection.request_stop)) == "completed"
        end = bench.of(ConnectionEnded)[0]
        assert end.closed_turn is not None
        assert (end.closed_turn.transcript, end.closed_turn.ended_by) == ("hello", "closed")
        assert end.summary.final_texts == ["hello"]

    run(live())


@pytest.mark.parametrize(
    ("how", "n"), [("model", 1), ("timeout", 1), ("manual", 0), ("CloseStream", 0), ("control", 0)], ids=str
)
def test_only_ends_that_the_server_decided_are_timed(how: str, n: int) -> None:
    def server(stream: FakeStream, what: str) -> None:
        if what == "audio" and abs(stream.audio_s - 1.2) < 0.01:
            if how in {"model", "timeout", "manual"}:
                stream.say("TurnInfo", event="EndOfTurn", turn_index=0, transcript="hello", trigger=how)
            return
        if what == "CloseStream" and how in {what, "control"}:  # as older builds end the open turn
            stream.say("TurnInfo", event="EndOfTurn", turn_index=0, transcript="hello")
        polite(stream, what)

    async def live() -> None:
        words = SpokenWords([ReferenceWord(word="hello", start_s=0.3, end_s=0.9)], 2.4, looped=False)
        bench = Bench(FakeTransport(server), words=words)
        steps = {
            "CloseStream": [(1.6, bench.connection.request_stop)],
            "control": [(1.6, lambda: bench.connection.control(encode(CloseStream())))],
        }
        assert await bench.run(*steps.get(how, [])) == "completed"
        assert bench.context.histograms["end_of_turn"].n == n
        assert set(bench.of(ConnectionEnded)[0].summary.final_texts) == {"hello"}

    run(live())


def test_words_of_a_turn_whose_end_was_not_received_count_and_time_nothing() -> None:
    def server(stream: FakeStream, what: str) -> None:
        if what == "audio" and abs(stream.audio_s - 1.2) < 0.01:
            stream.turn("EagerEndOfTurn", "hello")
        elif what == "audio" and abs(stream.audio_s - 1.6) < 0.01:
            stream.turn("StartOfTurn", "there", index=1)
        elif what == "audio" and abs(stream.audio_s - 2.4) < 0.01:
            stream.turn("EndOfTurn", "there", index=1)
        else:
            polite(stream, what)

    async def live() -> None:
        spoken = [
            ReferenceWord(word="hello", start_s=0.3, end_s=0.9),
            ReferenceWord(word="there", start_s=1.3, end_s=2.0),
        ]
        bench = Bench(FakeTransport(server), words=SpokenWords(spoken, 2.4, looped=False))
        assert await bench.run() == "completed"
        summary = bench.of(ConnectionEnded)[0].summary
        assert summary.final_texts == ["hello", "there"]
        assert summary.words is not None
        assert (summary.words.n, summary.words.errors) == (2, 0)
        assert [bench.context.histograms[name].n for name in ("end_of_turn", "eager_lead")] == [1, 0]

    run(live())


@pytest.mark.parametrize(("window_end_s", "rules"), [(1e308, {"window_beyond_audio": 1}), (-1e308, {})])
def test_a_window_that_was_not_sent_times_nothing(window_end_s: float, rules: dict[str, int]) -> None:
    def server(stream: FakeStream, what: str) -> None:
        if what == "audio" and abs(stream.audio_s - 1.2) < 0.01:
            stream.turn("EndOfTurn", "hello there", audio_window_end=window_end_s)
        elif what == "audio" and abs(stream.audio_s - 1.6) < 0.01:
            stream.lose()
        else:
            polite(stream, what)

    async def live() -> None:
        words = SpokenWords([ReferenceWord(word="hello", start_s=0.3, end_s=0.9)], 2.4, looped=False)
        bench = Bench(FakeTransport(server, polite), words=words)
        assert await bench.run() == "completed"
        summary = bench.of(ConnectionEnded)[0].summary
        assert summary.final_texts[0] == "hello there"
        assert {rule: n for rule, n in summary.violations.items() if rule in rules} == rules
        ends = [event for event in bench.received if event.turn_event == "EndOfTurn"]
        assert ends[0].turn is not None
        assert 0.0 <= ends[0].turn.end_s <= 1.2
        assert (ends[0].user_latency_ms is None) is (window_end_s > 0)
        assert summary.unheard_s >= 0.0
        # One of the second stream, where the first one has not heard the word.
        assert bench.context.histograms["end_delivery"].n <= (window_end_s < 0)

    run(live())


def test_a_close_that_waits_behind_audio_is_no_fault_of_closing() -> None:
    def stuck(stream: FakeStream, what: str) -> None:
        if what == "CloseStream":
            stream.oldest_unsent_s = 5.0
        else:
            polite(stream, what)

    async def live() -> None:
        bench = Bench(FakeTransport(stuck), timeouts=Timeouts(drain_s=4.0))
        assert await bench.run() == "failed in mid-stream"
        problem = bench.of(ConnectionEnded)[0].summary.problem
        assert problem is not None
        assert problem.code == "send_stalled"

    run(live())


@pytest.mark.parametrize("state", list(ConnectionState))
def test_an_abandoned_connection_is_in_one_class_once(state: ConnectionState) -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(polite))
        bench.connection.state = state
        bench.connection.abandon(problems.stopped())
        bench.connection.abandon(problems.stopped())
        (end,) = bench.of(ConnectionEnded)
        early = {"waiting": "not started", "connecting": "not started", "opened": "never Connected"}
        assert end.summary.ledger.value == early.get(state.value, "failed in mid-stream")

    run(live())


def test_a_stream_that_takes_no_audio_is_stalled() -> None:
    def stuck(stream: FakeStream, what: str) -> None:
        polite(stream, what)
        if what == "audio" and stream.audio_s > 1.0:
            stream.oldest_unsent_s = stream.audio_s

    async def live() -> None:
        bench = Bench(FakeTransport(stuck), loop=True, reconnect=False, timeouts=Timeouts(backlog_s=3.0))
        assert await bench.run() == "failed in mid-stream"
        problem = bench.of(ConnectionEnded)[0].summary.problem
        assert problem is not None
        assert problem.code == "send_stalled"

    run(live())


def test_a_turn_without_answers_is_silent() -> None:
    def mute(stream: FakeStream, what: str) -> None:
        if what == "opened" or stream.audio_s < 1.0:
            polite(stream, what)

    async def live() -> None:
        options = FluxOptions(eot_timeout_ms=500)
        bench = Bench(FakeTransport(mute), loop=True, reconnect=False, options=options)
        assert await bench.run() == "failed in mid-stream"
        problem = bench.of(ConnectionEnded)[0].summary.problem
        assert problem is not None
        assert problem.code == "gone_silent"

    run(live())


def test_cancelling_closes_the_stream_and_raises_on() -> None:
    async def live() -> None:
        streaming = asyncio.Event()

        def script(stream: FakeStream, what: str) -> None:
            polite(stream, what)
            if stream.audio_s > 0:
                streaming.set()

        bench = Bench(FakeTransport(script), loop=True)
        task = asyncio.create_task(bench.connection.run())
        await streaming.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert bench.transport.streams[0].is_closed
        assert not bench.of(ConnectionEnded)

    run(live())


def test_the_next_opening_is_released_exactly_once() -> None:
    async def live(*scripts: Callable[[FakeStream, str], None] | Problem) -> int:
        bench, released = Bench(FakeTransport(*scripts)), []
        bench.connection.on_past_opening = lambda: released.append(None)
        await bench.run()
        return len(released)

    assert run(live(polite)) == 1
    assert run(live(Problem(code="throttled", what="Slow down."), polite)) == 1
