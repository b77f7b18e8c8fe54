"""A conversation without HTTP: the order of audio, controls and results, and how it ends."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from flux_desktop.aws.wire.event_stream import FrameDecoder
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.faults.residual_state import ResidualState
from flux_desktop.local_endpoint.recognition.pools import MULTI_MODEL
from flux_desktop.local_endpoint.recognition.recogniser import Recogniser
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from tests.local_endpoint.conversation.scripted_recogniser import ScriptedRecogniser
from tests.local_endpoint.stepped_clock import SteppedClock

SPEECH, SILENCE = b"\x01" * 2560, bytes(2560)
DONE = SpokenWord("Done.", 0.0, 0.24, 0.9)
AGAIN = SpokenWord("Again.", 2.0, 2.4, 0.9)


class Stream:
    """A conversation and what it has sent."""

    def __init__(
        self,
        recogniser: ScriptedRecogniser,
        residual: ResidualState | None = None,
        bundle: str = "latest",
        options: FluxOptions = FluxOptions(),  # noqa: B008 - it is frozen
    ) -> None:
        self.recogniser = recogniser
        self.ends = 0
        self._decoder = FrameDecoder()
        self._frames: list[Any] = []
        self.conversation = ServerConversation(
            request_id="r-1",
            options=options,
            bundle=BUNDLES[bundle],
            recogniser=cast("Recogniser", recogniser),
            send=lambda data: self._frames.extend(self._decoder.feed(data)),
            ended=self._ended,
            residual=None if residual is None else residual.new_stream(),
        )
        self.conversation.start()

    def _ended(self) -> None:
        self.ends += 1

    def audio(self, *frames: bytes) -> None:
        for frame in frames:
            self.conversation.receive("BINARY", frame)

    def control(self, kind: str, **fields: object) -> None:
        self.conversation.receive("UTF8", msgspec.json.encode({"type": kind, **fields}))

    @property
    def messages(self) -> list[dict[str, Any]]:
        parts = [frame for frame in self._frames if frame.headers.get(":event-type") == "PayloadPart"]
        return [msgspec.json.decode(part.payload) for part in parts]

    @property
    def kinds(self) -> list[str]:
        return [str(message.get("event") or message.get("code") or message["type"]) for message in self.messages]

    @property
    def last_exception(self) -> object:
        return self._frames[-1].headers.get(":exception-type")


def test_results_and_controls_keep_the_order_of_what_was_received() -> None:
    stream = Stream(ScriptedRecogniser(done_s=0.08))
    stream.audio(*[SILENCE] * 3)
    stream.control("Configure", thresholds={"eot_threshold": 0.8})
    stream.audio(*[SILENCE] * 3)
    stream.control("CloseStream")
    assert stream.kinds == ["Connected"], "recognition is behind: nothing overtakes the audio"
    stream.recogniser.reach(0.24)
    assert stream.kinds == ["Connected", "Update", "ConfigureSuccess"]
    stream.recogniser.reach(0.48)
    assert stream.kinds == ["Connected", "Update", "ConfigureSuccess", "Update", "Update"]
    assert (stream.ends, stream.recogniser.closed) == (1, True)
    assert [message["sequence_id"] for message in stream.messages] == [0, 1, 2, 3, 4]


def test_nothing_is_accepted_after_close_stream_and_nothing_sent_after_the_end() -> None:
    stream = Stream(ScriptedRecogniser(done_s=0.0))
    stream.audio(SILENCE)
    stream.control("CloseStream")
    stream.audio(SILENCE)
    stream.control("ForceEndTurn")
    stream.recogniser.reach(9.0)
    assert (stream.kinds, stream.ends) == (["Connected", "Update"], 1)
    assert stream.recogniser.heard_s == 0.08
    stream.audio(SILENCE)
    stream.conversation.close()
    assert (len(stream.messages), stream.ends) == (2, 1)


def test_a_client_that_disconnects_ends_without_a_report() -> None:
    stream = Stream(ScriptedRecogniser(done_s=0.0))
    stream.audio(SILENCE, SILENCE, SILENCE)
    stream.conversation.close()
    stream.recogniser.reach(9.0)
    assert (stream.kinds, stream.ends, stream.recogniser.closed) == (["Connected"], 0, True)


@pytest.mark.parametrize("problem", ["full", "failed"])
def test_an_endpoint_that_cannot_recognise_reports_a_fatal_error(problem: str) -> None:
    stream = Stream(ScriptedRecogniser())
    setattr(stream.recogniser, problem, True)
    stream.audio(SILENCE)
    assert stream.kinds == ["Connected", "INTERNAL_SERVER_ERROR"]
    assert (stream.last_exception, stream.ends) == ("ModelStreamError", 1)


@pytest.mark.parametrize("text", [b"{", b'"text"', b'{"type":"KeepAlive"}', b'{"type":"Applause"}', b"{}"])
def test_a_control_that_the_build_does_not_know_is_fatal(text: bytes) -> None:
    stream = Stream(ScriptedRecogniser())
    stream.conversation.receive("UTF8", text)
    assert stream.kinds == ["Connected", "UNPARSABLE_CLIENT_MESSAGE"]
    assert (stream.last_exception, stream.ends) == ("ModelStreamError", 1)


def test_the_variants_that_a_build_accepts_are_named() -> None:
    stream = Stream(ScriptedRecogniser(), bundle="flux-english-20260311")
    stream.control("Configure")
    assert stream.messages[-1]["description"].endswith("unknown variant `Configure`, expected `CloseStream`")


def test_a_refused_configure_changes_nothing() -> None:
    stream = Stream(ScriptedRecogniser())
    stream.control("Configure", thresholds={"eager_eot_threshold": 0.8}, keyterms=["Dashwood"])
    assert stream.messages[-1]["code"] == "INVALID_THRESHOLD"
    assert stream.conversation.options == FluxOptions()


def first_turn(stream: Stream) -> dict[str, Any]:
    """Speak a sentence, fall silent, and return the EndOfTurn."""
    stream.audio(*[SPEECH] * 3, *[SILENCE] * 20)
    return next(message for message in stream.messages if message.get("event") == "EndOfTurn")


def test_residual_state_ends_the_next_streams_turn_earlier() -> None:
    clock = SteppedClock()
    shared = ResidualState(0.3, clock.now_s)
    before = first_turn(Stream(ScriptedRecogniser(DONE), shared))
    looped = Stream(ScriptedRecogniser(DONE, AGAIN), shared)
    first_turn(looped)
    looped.audio(*[SPEECH] * 7, *[SILENCE] * 20)
    assert looped.kinds.count("EndOfTurn") == 2
    assert min(m["end_of_turn_confidence"] for m in looped.messages if m.get("turn_index") == 1) >= 0.3
    after = first_turn(Stream(ScriptedRecogniser(DONE), shared))
    assert after["audio_window_end"] < before["audio_window_end"]
    clock.time_s += 60
    assert first_turn(Stream(ScriptedRecogniser(DONE), shared)) == before


def test_without_residual_state_every_stream_is_the_same() -> None:
    assert first_turn(Stream(ScriptedRecogniser(DONE))) == first_turn(Stream(ScriptedRecogniser(DONE)))


@pytest.mark.parametrize("raised_by", [0.0, 0.25])
def test_audio_that_nothing_listens_to_is_answered_like_silence_that_is_listened_to(raised_by: float) -> None:
    sent = []
    for scripts in (None, ()):
        shared = ResidualState(raised_by, SteppedClock().now_s)
        shared.leave()
        recogniser = cast("ScriptedRecogniser", Recogniser("linear16", 16_000, scripts, None))
        stream = Stream(recogniser, shared, options=FluxOptions(model=MULTI_MODEL))
        stream.audio(*[SILENCE] * 7, SILENCE[:100], SILENCE, SILENCE[100:], *[SILENCE] * 4)
        stream.control("ForceEndTurn")
        stream.control("Configure", language_hints=["de"])
        stream.audio(*[SILENCE] * 100)
        stream.control("CloseStream")
        sent.append(stream.messages)
    assert sent[0] == sent[1]
    updates = [message["audio_window_end"] for message in sent[0] if message.get("event") == "Update"]
    assert updates[:5] == [0.24, 0.48, 0.72, 0.96, 1.2]
    assert updates[-1] == 9.04
    assert sent[0][-1]["languages_hinted"] == ["de"]
    assert [message["sequence_id"] for message in sent[0]] == list(range(len(sent[0])))
