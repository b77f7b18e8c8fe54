"""Messages and frames that the endpoint sends, field by field."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.aws.wire.event_stream import Frame, FrameDecoder
from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.messages import Connected, TurnEvent
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation import messages_out
from flux_desktop.local_endpoint.conversation.messages_out import text_frame, turn_info
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord, TurnStep

WORDS = (SpokenWord("Hello", 0.123, 0.456, 0.9), SpokenWord("there.", 0.5, 0.789, 0.8))
END = TurnStep(TurnEvent.END_OF_TURN, 2, 0.0, 1.04, WORDS, 0.71, "model")
SILENCE = TurnStep(TurnEvent.UPDATE, 0, 0.0, 0.24, (), 0.002)
ENGLISH, MULTI = FluxOptions(), FluxOptions(model="flux-general-multi", language_hints=("en", "es"))


def frames(data: bytes) -> list[Frame]:
    return list(FrameDecoder().feed(data))


def sent(step: TurnStep, options: FluxOptions, bundle: str) -> dict[str, object]:
    (frame,) = frames(text_frame(turn_info(step, "r-1", 7, options, BUNDLES[bundle])))
    assert frame.headers[":event-type"] == "PayloadPart"
    assert frame.headers["DataType"] == "UTF8"
    return dict(msgspec.json.decode(frame.payload))


def test_an_end_of_turn_of_a_new_build() -> None:
    assert sent(END, ENGLISH, "latest") == {
        "type": "TurnInfo",
        "request_id": "r-1",
        "event": "EndOfTurn",
        "turn_index": 2,
        "audio_window_start": 0.0,
        "audio_window_end": 1.04,
        "transcript": "Hello there.",
        "words": [
            {"word": "Hello", "confidence": 0.9, "start": 0.12, "end": 0.46},
            {"word": "there.", "confidence": 0.8, "start": 0.5, "end": 0.79},
        ],
        "end_of_turn_confidence": 0.71,
        "sequence_id": 7,
        "trigger": "model",
    }


def test_an_older_build_sends_neither_trigger_nor_word_times() -> None:
    message = sent(END, ENGLISH, "flux-english-20260311")
    assert "trigger" not in message
    assert message["words"] == [{"word": "Hello", "confidence": 0.9}, {"word": "there.", "confidence": 0.8}]


def test_silence_has_its_empty_fields_as_on_a_live_endpoint() -> None:
    message = sent(SILENCE, ENGLISH, "latest")
    assert (message["transcript"], message["words"]) == ("", [])
    assert not {"trigger", "languages", "languages_hinted"} & set(message)


@pytest.mark.parametrize(("step", "languages"), [(END, ["en"]), (SILENCE, [])])
def test_the_multilingual_model_adds_languages(step: TurnStep, languages: list[str]) -> None:
    message = sent(step, MULTI, "latest")
    assert (message["languages"], message["languages_hinted"]) == (languages, ["en", "es"])


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 1000])
def test_fragments_join_to_the_message(parts: int) -> None:
    message = Connected(request_id="r-1", sequence_id=0)
    pieces = frames(text_frame(message, parts))
    assert msgspec.json.decode(b"".join(piece.payload for piece in pieces), type=Connected) == message
    states = [piece.headers.get("CompletionState", "COMPLETE") for piece in pieces]
    assert states == ["PARTIAL"] * (len(pieces) - 1) + ["COMPLETE"]
    assert len(pieces) <= parts


def test_errors_that_the_service_model_contains() -> None:
    (model,) = frames(messages_out.model_stream_error("It closed.", "MODEL_STREAM_ERROR"))
    assert (model.headers[":message-type"], model.headers[":exception-type"]) == ("exception", "ModelStreamError")
    assert msgspec.json.decode(model.payload) == {"Message": "It closed.", "ErrorCode": "MODEL_STREAM_ERROR"}
    (service,) = frames(messages_out.internal_failure("It failed."))
    assert service.headers[":exception-type"] == "InternalStreamFailure"
    assert msgspec.json.decode(service.payload) == {"Message": "It failed."}


def test_an_error_that_the_service_model_does_not_contain() -> None:
    (frame,) = frames(messages_out.unmodelled_error("SomeException", "Why."))
    names = (":message-type", ":error-code", ":error-message")
    assert [frame.headers[name] for name in names] == ["error", "SomeException", "Why."]
    assert frame.payload == b""
