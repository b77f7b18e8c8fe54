"""What a connection makes of messages that no correct server sends: the text is kept, and the anomaly is counted."""

from __future__ import annotations

import json

import pytest

from flux_desktop.engine.records.events import UNREADABLE, Received
from tests.engine.messages import Messages


class Server:
    """Sends TurnInfos to one connection."""

    def __init__(self) -> None:
        self.messages = Messages()
        self.receiver = self.messages.receiver(1)

    def turn(self, event: str, text: object, index: object = 0, **more: object) -> Received:
        """One TurnInfo; returns its event."""
        trigger = {"trigger": "model"} if event == "EndOfTurn" else {}
        fields = {"event": event, "transcript": text, "turn_index": index, **trigger, **more}
        return self.messages.received(1.0, 1, json.dumps({"type": "TurnInfo", **fields}))

    @property
    def texts(self) -> list[str]:
        """Of the turns that have ended."""
        return [turn.transcript for turn in self.receiver.final_turns]


@pytest.mark.parametrize("wrong", [{"index": "0"}, {"index": 0.0}, {"index": 2**70}, {"words": None}, {"words": [3]}])
def test_a_field_of_a_wrong_type_costs_no_text(wrong: dict[str, object]) -> None:
    server = Server()
    server.turn("StartOfTurn", "hello")
    end = server.turn("EndOfTurn", "Hello there.", **wrong)
    assert (end.type, end.violations) == ("TurnInfo", ["message_wrong_types"])
    assert server.texts == ["Hello there."]
    assert server.receiver.violations == {"message_wrong_types": 1}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_costs_no_text(number: float) -> None:
    server = Server()
    end = server.turn("EndOfTurn", "Hello \ud800.", audio_window_end=number, end_of_turn_confidence=0.8)
    assert (end.eot_confidence, end.violations[0]) == (0.8, "message_not_json")
    assert server.texts == ["Hello \ufffd."]


@pytest.mark.parametrize("between", ["", "\n", "\0"])
def test_messages_in_one_payload_are_all_read(between: str) -> None:
    start = '{"type":"TurnInfo","event":"StartOfTurn","turn_index":0,"transcript":"hello"}'
    end = '{"type":"TurnInfo","event":"EndOfTurn","turn_index":0,"transcript":"Hello there.","trigger":"model"}'
    server = Server()
    last = server.messages.received(1.0, 1, f"{start}{between}{end}{between}")
    assert server.texts == ["Hello there."]
    assert (last.text, last.violations) == (end, [])
    assert server.receiver.messages_received == 2
    assert server.receiver.violations == {"message_not_json": 1}


def test_a_message_before_what_is_none_is_read() -> None:
    server = Server()
    server.turn("StartOfTurn", "hello")
    tail = server.messages.received(1.0, 1, '{"type":"TurnInfo","event":"Update","transcript":"Hello."}{"type":"Turn')
    server.receiver.close()
    assert server.texts == ["Hello."]
    assert (tail.type, tail.text, tail.violations) == (UNREADABLE, '{"type":"Turn', ["message_not_json"])


def test_a_next_streams_connected_is_read_before_another_message() -> None:
    connected: list[bool] = []
    server = Server()
    payload = b'{"type":"Connected","request_id":"r"}{"type":"Other"}'
    server.receiver.take_early(payload, 1.0, lambda: connected.append(True))
    assert connected == [True]


def test_a_transcript_of_a_wrong_type_leaves_that_of_its_turn() -> None:
    server = Server()
    server.turn("StartOfTurn", "hello")
    server.turn("Update", None)
    server.receiver.close()
    assert server.texts == ["hello"]


def test_a_transcript_of_a_wrong_type_takes_none_of_another_turn() -> None:
    server = Server()
    server.turn("StartOfTurn", "hello")
    server.turn("Update", None, 1)
    server.receiver.close()
    assert server.texts == ["hello"]


def test_an_answer_with_a_field_of_a_wrong_type_is_counted() -> None:
    server = Server()
    event = server.messages.received(1.0, 1, '{"type":"Warning","code":7,"description":"slow"}')
    assert (event.type, event.description, event.violations) == ("Warning", "slow", ["message_wrong_types"])


def test_a_repeated_end_of_turn_counts_once() -> None:
    server = Server()
    server.turn("StartOfTurn", "hello")
    server.turn("EndOfTurn", "Hello there.", audio_window_end=0.0)
    late = server.turn("EndOfTurn", "Hello there.", audio_window_end=0.0)
    server.turn("StartOfTurn", "two", 1)
    assert server.turn("Update", "Hello there", audio_window_end=0.0).turn is None
    server.turn("EndOfTurn", "Two.", 1)
    assert late.turn is None
    assert server.texts == ["Hello there.", "Two."]
    assert server.receiver.last_text == "Two."
    assert server.receiver.event_counts == {"StartOfTurn": 2, "EndOfTurn": 2}
    assert server.receiver.violations == {"turn_index_wrong": 2}
    assert not server.receiver.answers_in_silence
