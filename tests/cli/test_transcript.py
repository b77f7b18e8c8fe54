"""The transcript lines to the character, and hostile text made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import Problem
from flux_desktop.cli.transcript import TranscriptLines
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import UNREADABLE, ConnectionChanged, ConnectionEnded, Received
from flux_desktop.engine.records.facts import ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.flux.turns import Turn


def received(event: str, text: str = "", *, conn: int = 1, turn: int = 0, confidence: float | None = None) -> Received:
    return Received(
        t=1.0,
        conn=conn,
        type="TurnInfo",
        text="",
        turn_event=event,
        turn=Turn(index=turn, transcript=text),
        eot_confidence=confidence,
    )


def closed(text: str, turn: int = 3) -> Turn:
    return Turn(index=turn, transcript=text, ended_by="closed")


def ended(turn: Turn | None, conn: int = 1) -> ConnectionEnded:
    summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED)
    return ConnectionEnded(t=9.0, summary=summary, closed_turn=turn)


def test_a_conversation_to_the_character() -> None:
    lines = TranscriptLines()
    printed = [
        line
        for event in (
            received("StartOfTurn"),
            received("Update", "hello how are you"),
            received("EagerEndOfTurn", "hello, how are you?", confidence=0.873),
            received("EndOfTurn", "hello, how are you?", confidence=0.912),
            received("StartOfTurn", "", turn=1),
            received("EagerEndOfTurn", "fine", turn=1, confidence=1.0),
            received("TurnResumed", "fine", turn=1),
        )
        for line in lines.lines(event)
    ]
    assert printed == [
        "[Conn 1]   hello how are you [update]",
        "[Conn 1] ~ hello, how are you? (87.3%) [eager, turn 0]",
        "[Conn 1] ✓ hello, how are you? (91.2%) [turn 0]",
        "[Conn 1] ~ fine (100.0%) [eager, turn 1]",
        "[Conn 1]   ... resumed [turn 1]",
    ]


def test_an_update_is_printed_only_when_its_text_changed() -> None:
    lines = TranscriptLines()
    assert lines.lines(received("Update", "so")) == ["[Conn 1]   so [update]"]
    assert lines.lines(received("Update", "so")) == []
    assert lines.lines(received("Update", "so", conn=2)) == ["[Conn 2]   so [update]"]
    assert lines.lines(received("Update", "")) == []
    assert lines.lines(received("Update", "so")) == ["[Conn 1]   so [update]"]


def test_the_same_words_in_the_next_turn_are_printed() -> None:
    lines = TranscriptLines()
    lines.lines(received("EndOfTurn", "yes"))
    assert lines.lines(received("Update", "yes", turn=1)) == ["[Conn 1]   yes [update]"]


def test_the_text_of_a_start_of_turn_is_an_update() -> None:
    assert TranscriptLines().lines(received("StartOfTurn", "so")) == ["[Conn 1]   so [update]"]


def test_a_clip_is_named() -> None:
    event = ClipStarted(t=1.0, conn=4, clip="/data/a\x1b[31m.flac", audio_s=0.0)
    assert TranscriptLines().lines(event) == ["[Conn 4] > a.flac [clip]"]


def test_an_end_without_a_confidence() -> None:
    assert TranscriptLines().lines(received("EndOfTurn", "yes")) == ["[Conn 1] ✓ yes [turn 0]"]


def test_an_end_without_text_is_not_printed() -> None:
    assert TranscriptLines().lines(received("EndOfTurn", " ")) == []


def test_a_turn_that_closing_ended() -> None:
    lines = TranscriptLines()
    lines.lines(received("Update", "so it", turn=3))
    assert lines.lines(ended(closed("so it"))) == ["[Conn 1] ✓ so it [turn 3, closed]"]
    assert lines.lines(ended(None)) == []


def test_a_new_stream_closes_the_open_turn() -> None:
    lines = TranscriptLines()
    lines.lines(received("Update", "so it", turn=3))
    rotated = ConnectionChanged(
        t=2.0, conn=1, state=ConnectionState.STREAMING, rotations=1, closed_turn=closed("so it")
    )
    assert lines.lines(rotated) == ["[Conn 1] ✓ so it [turn 3, closed]"]
    assert lines.lines(received("Update", "so it", turn=4)) == ["[Conn 1]   so it [update]"]


def test_a_turn_whose_end_was_not_received_is_shown() -> None:
    lines = TranscriptLines()
    lines.lines(received("Update", "so it", turn=3))
    event = received("StartOfTurn", "so it", turn=4)
    event.closed_turn = closed("so it")
    assert lines.lines(event) == ["[Conn 1] ✓ so it [turn 3, closed]", "[Conn 1]   so it [update]"]


def test_a_loss_and_its_gap_are_shown() -> None:
    lines = TranscriptLines()
    lines.lines(received("Update", "so it", turn=3))
    goaway = Problem(code="goaway", what="It went away.", why="Restart.", todo="Wait.")
    refused = ConnectionChanged(t=0.5, conn=2, state=ConnectionState.CONNECTING, retries=1, problem=goaway)
    assert lines.lines(refused) == ["[Conn 2] ! It went away. [retrying]"]
    lost = ConnectionChanged(t=2.0, conn=1, state=ConnectionState.RECONNECTING, retries=1, problem=goaway)
    assert lines.lines(lost) == ["[Conn 1] ! It went away. [reconnecting]"]
    back = ConnectionChanged(
        t=3.0,
        conn=1,
        state=ConnectionState.STREAMING,
        retries=1,
        reconnects=1,
        gap=(3.2, 4.6),
        closed_turn=closed("so it"),
    )
    assert lines.lines(back) == [
        "[Conn 1] ✓ so it [turn 3, closed]",
        "[Conn 1] ! reconnected: audio from 3.2 s to 4.6 s was not transcribed [gap]",
    ]


def test_an_event_of_a_newer_build_is_shown() -> None:
    assert TranscriptLines().lines(received("TurnPaused", "so")) == ["[Conn 1]   so [TurnPaused, turn 0]"]


@pytest.mark.parametrize("kind", ["Warning", "Error", "ConfigureFailure"])
def test_what_the_server_objects_to_is_shown(kind: str) -> None:
    event = Received(t=1.0, conn=4, type=kind, text="", code="NO", description="not\nthis")
    assert TranscriptLines().lines(event) == [f"[Conn 4] ! NO: not this [{kind}]"]


def test_what_is_no_transcript_prints_nothing() -> None:
    lines = TranscriptLines()
    assert lines.lines(Received(t=1.0, conn=1, type=UNREADABLE, text="not json")) == []
    assert lines.lines(Received(t=1.0, conn=1, type="Connected", text="{}")) == []
    assert lines.lines(ConnectionChanged(t=0.0, conn=1, state=ConnectionState.OPENED)) == []


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain words, 100 %", "plain words, 100 %"),
        ("naïve 日本語 ✓", "naïve 日本語 ✓"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link", "alink"),
        ("a\x9b31mb", "ab"),
        ("two\nlines\r\nhere\u2028now", "two lines here now"),
        ("bell\x07 back\x08 del\x7f nul\x00", "bell back del nul"),
        ("\u202eabc\u2066", "abc"),
        ("half \ud83d pair", "half  pair"),
        ("a\x1bcb", "ab"),
        ("open \x1b]0;never ends", "open "),
    ],
)
def test_server_text_is_data(text: str, safe: str) -> None:
    assert plain(text) == safe


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    safe = plain(text)
    assert len(safe.splitlines()) <= 1
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in safe)
    safe.encode()


def test_escapes_never_reach_a_line() -> None:
    (line,) = TranscriptLines().lines(received("EndOfTurn", "hi\x1b[2J\n[Conn 9] ✓ forged"))
    assert line == "[Conn 1] ✓ hi [Conn 9] ✓ forged [turn 0]"
