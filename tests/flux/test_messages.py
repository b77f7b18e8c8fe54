"""Messages of both directions: captured and documented ones to the field, hostile bytes to a typed error."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from flux_desktop.flux.messages import (
    CloseStream,
    Configure,
    ConfigureFailure,
    ConfigureSuccess,
    Connected,
    Error,
    Finalize,
    ForceEndTurn,
    KeepAlive,
    MessageError,
    Thresholds,
    ThresholdsInForce,
    TurnInfo,
    Unknown,
    Warning_,
    Word,
    encode,
    parse_client_message,
    parse_server_message,
    shift,
)

REQUEST_ID = "01a059ba-1583-7360-917e-c766366a6787"

# Captured from a live flux-general-multi endpoint; the capturer cut the words down to two.
CAPTURED = {
    "connected": (
        f'{{"type":"Connected","request_id":"{REQUEST_ID}","sequence_id":0}}',
        Connected(request_id=REQUEST_ID, sequence_id=0),
    ),
    "start": (
        f'{{"type":"TurnInfo","request_id":"{REQUEST_ID}","event":"StartOfTurn","turn_index":0,'
        '"audio_window_start":0.0,"audio_window_end":0.24,"transcript":"","words":[],"languages":[],'
        '"languages_hinted":["en"],"end_of_turn_confidence":0.0038,"sequence_id":1}',
        TurnInfo(
            event="StartOfTurn",
            request_id=REQUEST_ID,
            sequence_id=1,
            turn_index=0,
            audio_window_start=0.0,
            audio_window_end=0.24,
            end_of_turn_confidence=0.0038,
            languages=[],
            languages_hinted=["en"],
        ),
    ),
    "update": (
        f'{{"type":"TurnInfo","request_id":"{REQUEST_ID}","event":"Update","turn_index":0,"audio_window_start":0.0,'
        '"audio_window_end":0.72,"transcript":"I am losing my","words":[{"word":"I am","confidence":0.9985,'
        '"start":0.0,"end":0.08},{"word":"losing","confidence":0.9995,"start":0.08,"end":0.48}],"languages":["en"],'
        '"languages_hinted":["en"],"end_of_turn_confidence":0.0023,"sequence_id":3}',
        TurnInfo(
            event="Update",
            request_id=REQUEST_ID,
            sequence_id=3,
            turn_index=0,
            audio_window_start=0.0,
            audio_window_end=0.72,
            transcript="I am losing my",
            words=[Word("I am", 0.9985, 0.0, 0.08), Word("losing", 0.9995, 0.08, 0.48)],
            end_of_turn_confidence=0.0023,
            languages=["en"],
            languages_hinted=["en"],
        ),
    ),
    "end without a confidence": (
        f'{{"type":"TurnInfo","request_id":"{REQUEST_ID}","event":"EndOfTurn","turn_index":0,"audio_window_start":0.0,'
        '"audio_window_end":4.24,"transcript":"I am losing my voice.","words":[{"word":"I am","confidence":0.999,'
        '"start":0.0,"end":0.08},{"word":"voice.","confidence":1.0,"start":0.64,"end":0.88}],"languages":["en"],'
        '"languages_hinted":["en"],"sequence_id":20}',
        TurnInfo(
            event="EndOfTurn",
            request_id=REQUEST_ID,
            sequence_id=20,
            turn_index=0,
            audio_window_start=0.0,
            audio_window_end=4.24,
            transcript="I am losing my voice.",
            words=[Word("I am", 0.999, 0.0, 0.08), Word("voice.", 1.0, 0.64, 0.88)],
            end_of_turn_confidence=None,
            languages=["en"],
            languages_hinted=["en"],
        ),
    ),
}

# One per documented type, as the documents print it; null stands for what is documented as unset.
DOCUMENTED = {
    "manual end": (
        '{"type":"TurnInfo","event":"EndOfTurn","turn_index":2,"end_of_turn_confidence":0.35,"trigger":"manual"}',
        TurnInfo(event="EndOfTurn", turn_index=2, end_of_turn_confidence=0.35, trigger="manual"),
    ),
    "configure success": (
        '{"type":"ConfigureSuccess","request_id":"r","sequence_id":41,"thresholds":{"eager_eot_threshold":0.4,'
        '"eot_threshold":0.7,"eot_timeout_ms":6000},"keyterms":["apple","banana"],"language_hints":["en","es"],'
        '"numerals":false}',
        ConfigureSuccess("r", 41, ThresholdsInForce(0.4, 0.7, 6000), ["apple", "banana"], ["en", "es"], False),
    ),
    "configure success with eager off": (
        '{"type":"ConfigureSuccess","thresholds":{"eager_eot_threshold":null,"eot_threshold":0.7},"keyterms":[]}',
        ConfigureSuccess(thresholds=ThresholdsInForce(None, 0.7), keyterms=[]),
    ),
    "configure failure": (
        '{"type":"ConfigureFailure","request_id":"r","sequence_id":42,"code":"INVALID_THRESHOLD",'
        '"description":"eager_eot_threshold must be less than or equal to eot_threshold"}',
        ConfigureFailure(
            "r", 42, "INVALID_THRESHOLD", "eager_eot_threshold must be less than or equal to eot_threshold"
        ),
    ),
    "configure failure of the older schema": (
        '{"type":"ConfigureFailure","request_id":"r","sequence_id":42}',
        ConfigureFailure("r", 42),
    ),
    "warning": (
        '{"type":"Warning","request_id":"r","sequence_id":7,"code":"FORCE_END_TURN_NO_ACTIVE_TURN","description":"…"}',
        Warning_("r", 7, "FORCE_END_TURN_NO_ACTIVE_TURN", "…"),
    ),
    "error": (
        '{"type":"Error","sequence_id":9,"code":"UNPARSABLE_CLIENT_MESSAGE","description":"Could not deserialize last '
        'text message: unknown variant `Configure`, expected `CloseStream`"}',
        Error(
            sequence_id=9,
            code="UNPARSABLE_CLIENT_MESSAGE",
            description="Could not deserialize last text message: unknown variant `Configure`, expected `CloseStream`",
        ),
    ),
}
FROM_SERVER = CAPTURED | DOCUMENTED


@pytest.mark.parametrize("name", FROM_SERVER)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_server_message_is_parsed_to_the_field(name: str, as_bytes: bool) -> None:
    text, expected = FROM_SERVER[name]
    assert parse_server_message(text.encode() if as_bytes else text) == expected


@pytest.mark.parametrize("name", FROM_SERVER)
def test_server_message_survives_our_own_encoding(name: str) -> None:
    _, message = FROM_SERVER[name]
    assert parse_server_message(encode(message)) == message


FROM_CLIENT = {
    "configure": (
        '{"type":"Configure","thresholds":{"eager_eot_threshold":0.4,"eot_threshold":0.7,"eot_timeout_ms":6000},'
        '"keyterms":["apple","customer service"],"language_hints":["en","es"],"numerals":true}',
        Configure(
            thresholds=Thresholds(0.4, 0.7, 6000),
            keyterms=["apple", "customer service"],
            language_hints=["en", "es"],
            numerals=True,
        ),
    ),
    "configure one threshold": (
        '{"type":"Configure","thresholds":{"eot_threshold":0.8}}',
        Configure(thresholds=Thresholds(eot_threshold=0.8)),
    ),
    "configure that clears": (
        '{"type":"Configure","keyterms":[],"language_hints":[]}',
        Configure(keyterms=[], language_hints=[]),
    ),
    "force end of turn": ('{"type":"ForceEndTurn"}', ForceEndTurn()),
    "close": ('{"type":"CloseStream"}', CloseStream()),
    "finalize": ('{"type":"Finalize"}', Finalize()),
    "keep alive": ('{"type":"KeepAlive"}', KeepAlive()),
}


@pytest.mark.parametrize("name", FROM_CLIENT)
def test_client_message_is_written_and_read_exactly(name: str) -> None:
    text, message = FROM_CLIENT[name]
    assert encode(message) == text
    assert parse_client_message(text) == message


def test_a_turn_is_counted_on_from_earlier_streams() -> None:
    message = TurnInfo(turn_index=1, audio_window_start=0.5, audio_window_end=2.0, words=[Word("a", 1.0, 0.5, 0.75)])
    shift(message, 3, 60.0)
    assert message == TurnInfo(
        turn_index=4, audio_window_start=60.5, audio_window_end=62.0, words=[Word("a", 1.0, 60.5, 60.75)]
    )
    bare = TurnInfo(words=[Word("a")])
    shift(bare, 3, 60.0)
    assert bare == TurnInfo(words=[Word("a")])


def test_the_reason_of_an_error_is_its_text() -> None:
    with pytest.raises(MessageError, match="an object without a type"):
        parse_server_message("{}")


def test_what_is_not_set_is_not_sent() -> None:
    """Null in a threshold is undocumented, so that a field that stays as it is must be absent."""
    assert encode(Configure()) == '{"type":"Configure"}'
    parsed = parse_client_message('{"type":"Configure"}')
    assert isinstance(parsed, Configure)
    assert parsed.keyterms is UNSET


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Configure","numerals":"true"}',
        '{"type":"Configure","thresholds":{"eot_threshold":null}}',
        '{"type":"Configure","thresholds":{"eot_threshold":"0.7"}}',
        '{"type":"Configure","keyterms":null}',
        '{"type":"Configure","keyterms":"apple"}',
        '{"type":"Configure","features":{"numerals":true}}',
        '{"type":"Configure","eot_threshold":0.8}',
    ],
)
def test_client_types_are_strict(text: str) -> None:
    with pytest.raises(MessageError) as caught:
        parse_client_message(text)
    assert caught.value.kind == "wrong_types"


def test_unknown_type_is_kept_as_it_came() -> None:
    text = '{"type":"SpeechStarted","sequence_id":5,"request_id":"r","timestamp":1.5}'
    assert parse_server_message(text) == Unknown(
        type="SpeechStarted", fields=json.loads(text), sequence_id=5, request_id="r"
    )


def test_unknown_type_with_odd_envelope_has_none() -> None:
    message = parse_server_message('{"type":"New","sequence_id":true,"request_id":7}')
    assert isinstance(message, Unknown)
    assert (message.sequence_id, message.request_id) == (None, None)


def test_unknown_client_message_is_kept() -> None:
    assert parse_client_message('{"type":"Mute","on":1}') == Unknown(type="Mute", fields={"type": "Mute", "on": 1})


def test_unknown_events_and_fields_are_no_error() -> None:
    message = parse_server_message('{"type":"TurnInfo","event":"TurnPaused","speaker":3,"transcript":"so"}')
    assert message == TurnInfo(event="TurnPaused", transcript="so")


@pytest.mark.parametrize("message_type", ["TurnInfo", "ConfigureSuccess", "ConfigureFailure", "Warning", "Error"])
def test_no_field_but_the_type_is_required(message_type: str) -> None:
    assert not isinstance(parse_server_message(f'{{"type":"{message_type}"}}'), Unknown)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"type":"Connected"', "not_json"),
        ("[" * 100_000, "not_json"),
        ("\ud800", "not_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "no_type"),
        (b'{"type":7}', "no_type"),
        (b'{"type":"TurnInfo","event":7}', "wrong_types"),
    ],
)
@pytest.mark.parametrize("parse", [parse_server_message, parse_client_message])
def test_what_is_no_message_has_a_typed_error(parse: object, data: bytes | str, kind: str) -> None:
    assert callable(parse)
    if kind == "wrong_types" and parse is parse_client_message:
        data = b'{"type":"Configure","keyterms":3}'
    with pytest.raises(MessageError) as caught:
        parse(data)
    assert caught.value.kind == kind


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_field_names = st.sampled_from(sorted({"thresholds", "keyterms", "numerals", *TurnInfo.__struct_fields__}))
_typed = st.builds(
    lambda name, fields: {"type": name, **fields},
    st.sampled_from(["Connected", "TurnInfo", "ConfigureSuccess", "Error", "Warning", "Configure", "New"]) | _json,
    st.dictionaries(_field_names | st.text(), _json, max_size=5),
)


def _parses_or_says_why(data: bytes | str) -> None:
    for parse in (parse_server_message, parse_client_message):
        try:
            message = parse(data)
        except MessageError:
            continue
        assert isinstance(message, msgspec.Struct)


@given(_json | _typed)
def test_any_json_parses_or_says_why(value: object) -> None:
    _parses_or_says_why(json.dumps(value))


@given(st.binary(max_size=200) | st.text(max_size=100))
def test_any_bytes_parse_or_say_why(data: bytes | str) -> None:
    _parses_or_says_why(data)
