"""Texts that are nearly JSON: what of them can be read is kept, in messages of a server alone."""

from __future__ import annotations

import pytest

from flux_desktop.flux.lenient_json import NOT_JSON, read_nearly_json, split_objects
from flux_desktop.flux.messages import (
    Connected,
    MessageError,
    TurnInfo,
    Word,
    parse_client_message,
    parse_server_message,
)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_json_has_not_is_absent_alone(number: str) -> None:
    wrong: list[str] = []
    text = (
        f'{{"type":"TurnInfo","event":"EndOfTurn","turn_index":2,"transcript":"so","audio_window_end":{number},'
        f'"words":[{{"word":"so","confidence":{number},"end":1.5}}]}}'
    )
    end = TurnInfo(event="EndOfTurn", turn_index=2, transcript="so", words=[Word("so", end=1.5)])
    assert parse_server_message(text.encode(), wrong) == end
    assert wrong == [NOT_JSON]


@pytest.mark.parametrize(
    ("transcript", "read"),
    [
        (rb"so \ud800 it", "so \ufffd it"),
        (rb"\ud83d\ude00\udc00", "\U0001f600\ufffd"),
        (b"so \xff it", "so \ufffd it"),
        (b"so\n\tit", "so\n\tit"),
    ],
)
def test_what_is_no_character_is_replaced_alone(transcript: bytes, read: str) -> None:
    wrong: list[str] = []
    message = parse_server_message(
        b'\xef\xbb\xbf{"type":"TurnInfo","event":"Update","transcript":"%s"}' % transcript, wrong
    )
    assert message == TurnInfo(event="Update", transcript=read)
    assert wrong == [NOT_JSON]


@pytest.mark.parametrize("text", [b'{"type":"Connected"}\0', b'\0{"type":"Connected"}\n\0\0 '])
def test_nul_beside_a_message_is_left_out(text: bytes) -> None:
    wrong: list[str] = []
    assert parse_server_message(text, wrong) == Connected()
    assert wrong == [NOT_JSON]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (b'{"a":{"b":1}}{"c":"}{"}', [b'{"a":{"b":1}}', b'{"c":"}{"}']),
        (b'\xef\xbb\xbf\0{"a":NaN}\n\0{"b":"\n"}\r\n\0', [b'{"a":NaN}', b'{"b":"\n"}']),
        (b'{"a":1}{"b":\xff', [b'{"a":1}', '{"b":\ufffd'.encode()]),
        (b'{"a":1} 2 {"b":3}', [b'{"a":1}', b'2 {"b":3}']),
        (b'{"a":1}', [b'{"a":1}']),
        (b'1 {"a":1}', [b'1 {"a":1}']),
        (b'{"a":1}' + b'{"b":' * 100_000, [b'{"a":1}', b'{"b":' * 100_000]),
        (b"\0", []),
    ],
)
def test_objects_that_follow_one_another_are_told_apart(text: bytes, parts: list[bytes]) -> None:
    assert split_objects(text) == parts


def test_what_is_nearly_json_is_no_message_of_a_client() -> None:
    with pytest.raises(MessageError) as caught:
        parse_client_message('{"type":"Configure","keyterms":["\\ud800"]}')
    assert caught.value.kind == "not_json"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1" * 5_000, "\ud800"])
def test_what_is_not_even_nearly_json_is_none(text: str) -> None:
    assert read_nearly_json(text) is None
