"""Server messages with fields of wrong types: everything else in them is kept, and the fields are named."""

from __future__ import annotations

import json

import pytest

from flux_desktop.flux.messages import (
    ConfigureSuccess,
    MessageError,
    ServerMessage,
    ThresholdsInForce,
    TurnInfo,
    Word,
    parse_server_message,
)


def parsed(kind: str, **fields: object) -> tuple[ServerMessage, list[str]]:
    """The message, and which of its fields had a wrong type."""
    wrong: list[str] = []
    return parse_server_message(json.dumps({"type": kind, **fields}), wrong), wrong


@pytest.mark.parametrize(
    ("value", "index"),
    [
        *[("0", 0), (0.0, 0), ("2", 2), (2.0, 2)],
        *[(wrong, None) for wrong in ("first", "nan", 1.5, True, [], -1, "-1", 2**63, 2**70, 1e30)],
    ],
)
def test_a_turn_index_of_a_wrong_type_is_what_it_clearly_means(value: object, index: int | None) -> None:
    message, wrong = parsed("TurnInfo", event="Update", turn_index=value, transcript="so")
    assert message == TurnInfo(event="Update", turn_index=index, transcript="so")
    assert wrong == ["turn_index"]


def test_the_largest_turn_index_is_right() -> None:
    assert parsed("TurnInfo", turn_index=2**63 - 1) == (TurnInfo(turn_index=2**63 - 1), [])


@pytest.mark.parametrize("value", ["nan", "Infinity", "null", "", False, {}])
def test_what_is_no_number_is_no_time(value: object) -> None:
    message, wrong = parsed("TurnInfo", event="Update", audio_window_end=value, end_of_turn_confidence="0.5")
    assert message == TurnInfo(event="Update", end_of_turn_confidence=0.5)
    assert wrong == ["audio_window_end", "end_of_turn_confidence"]


@pytest.mark.parametrize("value", [80, -0.1, "80", 1.01])
def test_what_is_outside_of_its_range_is_no_confidence(value: object) -> None:
    message, wrong = parsed("TurnInfo", event="Update", transcript="so", end_of_turn_confidence=value)
    assert message == TurnInfo(event="Update", transcript="so")
    assert wrong == ["end_of_turn_confidence"]


def test_a_confidence_that_is_rounded_up_is_one() -> None:
    message, wrong = parsed("TurnInfo", event="Update", end_of_turn_confidence=1.0000001)
    assert (message, wrong) == (TurnInfo(event="Update", end_of_turn_confidence=1.0000001), [])


@pytest.mark.parametrize("value", [None, 3, ["so"]])
def test_words_and_a_transcript_that_are_none_are_absent(value: object) -> None:
    message, wrong = parsed("TurnInfo", event="EndOfTurn", turn_index=1, transcript=value, words=None, trigger="model")
    assert message == TurnInfo(event="EndOfTurn", turn_index=1, trigger="model")
    assert wrong == ["transcript", "words"]


def test_a_malformed_word_is_left_out_alone() -> None:
    words = [{"word": "so", "start": 1}, {"word": 7}, "it", None, {}, {"word": "is", "confidence": "high", "end": "2"}]
    message, wrong = parsed("TurnInfo", event="Update", transcript="so it is", words=words)
    assert message == TurnInfo(
        event="Update", transcript="so it is", words=[Word("so", start=1.0), Word("is", end=2.0)]
    )
    assert wrong == ["words"]


def test_an_answer_keeps_what_is_right_in_it() -> None:
    thresholds = {"eot_threshold": "0.8", "eager_eot_threshold": "nan", "eot_timeout_ms": 500}
    message, wrong = parsed("ConfigureSuccess", sequence_id=3, thresholds=thresholds, keyterms="apple", numerals="1")
    assert message == ConfigureSuccess(sequence_id=3, thresholds=ThresholdsInForce(None, 0.8, 500), numerals=True)
    assert wrong == ["thresholds", "keyterms", "numerals"]


@pytest.mark.parametrize("event", [7, None, ["Update"]])
def test_without_its_event_a_turn_info_is_no_message(event: object) -> None:
    with pytest.raises(MessageError, match="TurnInfo: its event is not a text") as caught:
        parsed("TurnInfo", event=event, transcript="so")
    assert caught.value.kind == "wrong_types"
