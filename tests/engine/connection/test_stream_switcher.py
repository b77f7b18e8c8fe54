"""Rotation, retries and lost streams over a fake transport, on a stepped clock: no wanted value and no turn is lost."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.stream_switcher import REQUEST_PATIENCE_S
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import CHUNK_BYTES, CHUNK_S, Bench, FakeStream, FakeTransport, polite
from tests.engine.connection.test_control_channel import obedient
from tests.stepped_loop import now_s, run

PLANNED = FluxOptions(eot_threshold=0.7, eot_timeout_ms=5000)
THROTTLED = Problem(code="throttled", what="Slow down.")


def wanting(value: float) -> FluxOptions:
    return msgspec.structs.replace(PLANNED, eot_threshold=value)


def losing(after_audio_s: float):
    """A polite server whose stream breaks after so much audio."""

    def script(stream: FakeStream, what: str) -> None:
        polite(stream, what)
        if what == "audio" and stream.audio_s > after_audio_s:
            stream.lose()

    return script


def rotating(transport: FakeTransport, **changes: object) -> Bench:
    return Bench(transport, options=PLANNED, rotate_after_s=1.0, rotate_latest_s=1.5, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("change_at_s", [0.03, 0.3, 1.52, 1.55, 1.58, 1.7])
def test_a_change_at_any_moment_around_a_rotation_stays_in_force(change_at_s: float) -> None:
    """Before the first stream is open, before the rotation, while the next stream opens, and right after it."""

    async def live() -> None:
        bench = rotating(FakeTransport(obedient(0.1), opening_s=0.1), loop=True)
        await bench.run(
            (change_at_s, lambda: bench.connection.set_parameters(wanting(0.9), 1)),
            (4.0, bench.connection.request_stop),
        )
        assert len(bench.transport.streams) >= 2
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert parameters.in_force == parameters.wanted == wanting(0.9)
        assert "eot_threshold=0.9" in bench.transport.queries[-1]

    run(live())


def test_a_rotation_cuts_an_open_turn_and_keeps_it() -> None:
    def talkative(stream: FakeStream, what: str) -> None:
        if what == "audio":
            if stream.audio_s < 0.1:
                stream.turn("StartOfTurn", "still")
        else:
            polite(stream, what)

    async def live() -> None:
        bench = rotating(FakeTransport(talkative), loop=True)
        assert await bench.run((3.0, bench.connection.request_stop)) == "completed"
        closed = [event.closed_turn for event in bench.of(ConnectionChanged) if event.closed_turn is not None]
        assert [(turn.index, turn.transcript, turn.ended_by) for turn in closed] == [(0, "still", "closed")]
        summary = bench.of(ConnectionEnded)[0].summary
        assert (summary.rotations, summary.final_texts, summary.violations) == (1, ["still", "still"], {})

    run(live())


def test_a_rotation_that_fails_leaves_the_old_stream_in_use_and_says_so() -> None:
    async def live() -> None:
        bench = rotating(FakeTransport(polite, THROTTLED), loop=True)
        assert await bench.run((5.0, bench.connection.request_stop)) == "completed"
        assert bench.notices == ["not_rotated"]
        assert bench.of(ConnectionEnded)[0].summary.rotations == 0

    run(live())


def test_a_lost_stream_is_replaced_and_the_gap_is_counted_and_not_sent_late() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(losing(1.0), polite, opening_s=0.5), options=PLANNED, audio_s=5.0)
        assert await bench.run() == "completed"
        back = next(event for event in bench.of(ConnectionChanged) if event.gap is not None)
        assert back.gap is not None
        summary = bench.of(ConnectionEnded)[0].summary
        assert summary.unheard_s == pytest.approx(back.gap[1] - back.gap[0], abs=0.01)
        assert back.gap[1] - back.gap[0] >= 0.5
        sent_s = sum(stream.audio_s for stream in bench.transport.streams)
        # The stream's own clock began at the loss: what fell into the gap was never sent.
        assert sent_s < 5.0 + 2.0
        assert summary.late_chunks == 0
        assert (summary.reconnects, summary.retries) == (1, 1)

    run(live())


def test_a_change_in_the_gap_is_what_the_next_stream_is_opened_with() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(losing(1.0), obedient(), opening_s=0.5), options=PLANNED, audio_s=5.0)
        await bench.run((1.4, lambda: bench.connection.set_parameters(wanting(0.8), 1)))
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert parameters.in_force == wanting(0.8)
        assert ConnectionState.RECONNECTING.value in bench.states

    run(live())


def test_a_build_that_ends_the_stream_on_configure_gets_the_values_with_a_new_stream() -> None:
    def without_configure(stream: FakeStream, what: str) -> None:
        if what == "Configure":
            stream.say("Error", code="UNPARSABLE_CLIENT_MESSAGE", description="unknown variant `Configure`")
            stream.lose("ended_early")
        else:
            polite(stream, what)

    async def live() -> None:
        bench = Bench(FakeTransport(without_configure), options=PLANNED, loop=True)
        ledger = await bench.run(
            (0.5, lambda: bench.connection.set_parameters(wanting(0.8), 1)),
            (2.0, lambda: bench.connection.set_parameters(wanting(0.9), 2, new_stream=True)),
            (4.0, bench.connection.request_stop),
        )
        assert ledger == "completed"
        assert bench.notices == ["configure_not_supported"]
        first = switched(bench)
        assert first.gap is not None, "what the ended stream had not answered is stated"
        assert first.gap[0] < first.gap[1] == pytest.approx(0.5, abs=0.1)
        assert [each["type"] for each in bench.sent].count("Configure") == 1, "it is not tried again"
        parameters = bench.connection.row().parameters
        assert parameters is not None
        assert (parameters.in_force, parameters.needs_new_stream) == (wanting(0.9), ())

    run(live())


def loud(seconds: float) -> bytes:
    return (b"\x00\x20\x00\xe0" * (CHUNK_BYTES // 4)) * round(seconds / CHUNK_S)


def switched(bench: Bench) -> ConnectionChanged:
    return next(event for event in bench.of(ConnectionChanged) if event.rotations == 1)


def test_a_rotation_that_is_due_waits_for_a_pause_in_the_speech() -> None:
    """Speech from 1.0 to 2.5 s, and no turn open as far as the server has said: the new stream begins after it."""

    async def live() -> None:
        audio = bytes(CHUNK_BYTES * 12) + loud(1.5) + bytes(CHUNK_BYTES * 30)
        bench = Bench(FakeTransport(polite), audio=audio, options=PLANNED, rotate_after_s=1.2, rotate_latest_s=60.0)
        await bench.run()
        change = switched(bench)
        assert change.cut_s is None
        assert 2.4 + 0.4 < change.t < 3.6

    run(live())


def test_a_switch_in_the_middle_of_speech_is_reported_with_its_place() -> None:
    async def live() -> None:
        bench = Bench(FakeTransport(polite), audio=loud(6.0), options=PLANNED)
        wanted = msgspec.structs.replace(PLANNED, profanity_filter=True)
        await bench.run((1.3, lambda: bench.connection.set_parameters(wanted, 1, new_stream=True)))
        change = switched(bench)
        assert change.cut_s == pytest.approx(1.3 + REQUEST_PATIENCE_S, abs=0.3)

    run(live())


@pytest.mark.parametrize(("drain_s", "lost_s"), [(2.0, 0.0), (12.0, 7.0)])
def test_microphone_frames_of_a_rotation_are_kept_for_five_seconds_and_the_rest_is_a_gap(
    drain_s: float, lost_s: float
) -> None:
    def slow_to_close(stream: FakeStream, what: str) -> None:
        if what == "CloseStream":
            stream.end(after_s=drain_s)
        else:
            polite(stream, what)

    async def live() -> None:
        transport = FakeTransport(slow_to_close)
        bench = Bench(transport, options=PLANNED, microphone=True, rotate_after_s=40.0, rotate_latest_s=41.0)

        def capture() -> None:
            bench.connection.push(bytes(CHUNK_BYTES), now_s())
            if str(bench.connection.state) != "ended":
                asyncio.get_running_loop().call_later(CHUNK_S, capture)

        await bench.run((0.1, capture), (50.0, bench.connection.request_stop))
        summary = bench.of(ConnectionEnded)[0].summary
        first, second = bench.transport.streams
        gaps = [event.gap for event in bench.of(ConnectionChanged) if event.gap is not None]
        if not lost_s:
            assert (gaps, summary.unheard_s) == ([], 0.0)
            return
        assert [end_s - start_s for start_s, end_s in gaps] == pytest.approx([lost_s], abs=0.2)
        assert gaps[0][0] == pytest.approx(first.audio_s, abs=0.001), "it begins where the old stream's audio ends"
        assert summary.unheard_s == pytest.approx(lost_s, abs=0.2)
        heard_s = first.audio_s + second.audio_s
        assert heard_s + summary.unheard_s == pytest.approx(49.9, abs=0.2), "every frame is sent or counted"

    run(live())
