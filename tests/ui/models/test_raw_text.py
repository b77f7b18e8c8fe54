"""Messages as lines and in full."""

from __future__ import annotations

import json

import pytest

from flux_desktop.ui.models.raw_text import line_body, pretty

UPDATE = (
    '{"type":"TurnInfo","event":"Update","request_id":"01a059ba","sequence_id":7,"transcript":"and","turn_index":2}'
)


def test_a_line_begins_with_what_distinguishes_it() -> None:
    assert line_body(UPDATE) == '"and" {"turn_index": 2, "sequence_id": 7, "request_id": "01a059ba"}'


def test_unknown_fields_stand_in_the_middle() -> None:
    assert list(json.loads(line_body('{"request_id":"r","new":1,"code":"C"}'))) == ["code", "new", "request_id"]


@pytest.mark.parametrize("text", ["not json\r\nat all", "[1]", "7", "[" * 100_000])
def test_what_is_no_object_stays_as_it_is(text: str) -> None:
    assert line_body(text)[:3] == " ".join(text.splitlines())[:3]
    assert pretty(text) == text


def test_long_messages_are_cut_on_the_line_but_not_in_full() -> None:
    text = json.dumps({"transcript": "x" * 10_000})
    assert len(line_body(text)) < 4_100
    assert json.loads(pretty(text)) == json.loads(text)
