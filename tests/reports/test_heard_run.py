"""What a recording says of each connection: clips, transcribed turns and decisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.evaluation.accuracy.heard_text import HeardText
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, EndCause
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.heard_run import HeardConnection, read_heard_run
from tests.reports.recorded_talk import begins, closing, ended, plan, reference, said, session_of, turn_event, words_of

CLIP = reference(0, words_of("I would like a pizza", 1.0))


def only(folder: Path) -> HeardConnection:
    run = read_heard_run(folder)
    assert run is not None
    [connection] = run.connections
    return connection


def test_turns_and_decisions_of_a_connection(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        plan(),
        CLIP,
        begins(0, 0.0),
        turn_event("StartOfTurn", 1.2, ""),
        turn_event("EagerEndOfTurn", 2.0, "I would"),
        turn_event("TurnResumed", 2.4, "I would"),
        turn_event("EndOfTurn", 4.0, "I would like a pizza", ended_by="timeout"),
        ended(10.0, 12.0),
    )
    connection = only(session)
    assert connection.texts == [HeardText(text="I would like a pizza", start_s=1.2, end_s=4.0)]
    assert [each.event for each in connection.decisions] == [
        DetectorEvent.EAGER,
        DetectorEvent.RESUMED,
        DetectorEvent.END,
    ]
    last = connection.decisions[-1]
    assert (last.audio_s, last.cause) == (4.0, EndCause.TIMEOUT)
    assert last.heard_s == pytest.approx(4.2), "200 ms after its audio was due"
    assert (connection.audio_s, connection.sent_s) == (10.0, 12.0)
    assert [(play.number, play.start_s) for play in connection.plays] == [(0, 0.0)]


@pytest.mark.parametrize(
    ("ended_by", "cause"),
    [("model", EndCause.MODEL), ("manual", EndCause.FORCED), ("unknown", EndCause.UNKNOWN), ("new", EndCause.UNKNOWN)],
)
def test_cause_of_an_end(tmp_path: Path, ended_by: str, cause: EndCause) -> None:
    session = session_of(tmp_path, plan(), CLIP, begins(0, 0.0), *said("yes", 1, 2, ended_by=ended_by), ended(9, 9))
    assert only(session).decisions[0].cause is cause


def test_an_end_after_close_stream_is_no_decision(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        plan(),
        CLIP,
        begins(0, 0.0),
        *said("one", 1, 2),
        closing(3.0),
        *said("two", 2.5, 3.5),
        ConnectionChanged(t=4.0, conn=1, state=ConnectionState.STREAMING, rotations=1, gap=(3.5, 4.0)),
        *said("three", 4.5, 5.5),
        ended(10, 12),
    )
    assert only(session).gaps == [Span(start_s=3.5, end_s=4.0)]
    assert [each.cause for each in only(session).decisions] == [EndCause.MODEL, EndCause.FORCED, EndCause.MODEL]


def test_a_turn_that_was_open_at_the_end_counts_as_text_alone(tmp_path: Path) -> None:
    last = ended(10, 12)
    last.closed_turn = Turn(index=0, transcript="and so", end_s=9.0, ended_by="closed")
    session = session_of(tmp_path, plan(), CLIP, begins(0, 0.0), turn_event("StartOfTurn", 8.0, ""), last)
    connection = only(session)
    assert connection.texts == [HeardText(text="and so", start_s=8.0, end_s=9.0)]
    assert connection.decisions[0].cause is EndCause.FORCED


def test_a_turn_whose_end_was_not_received_counts_as_text_alone(tmp_path: Path) -> None:
    after = turn_event("StartOfTurn", 9.5, "")
    after.closed_turn = Turn(index=0, transcript="and so", end_s=9.0, ended_by="closed")
    session = session_of(tmp_path, plan(), CLIP, begins(0, 0.0), turn_event("StartOfTurn", 8.0, ""), after)
    connection = only(session)
    assert connection.texts == [HeardText(text="and so", start_s=8.0, end_s=9.0)]
    assert connection.decisions[0].cause is EndCause.FORCED


@pytest.mark.parametrize(("is_looped", "starts_s"), [(True, [0.0, 10.0, 20.0]), (False, [0.0])])
def test_one_recording_is_played_once_or_in_a_loop(tmp_path: Path, is_looped: bool, starts_s: list[float]) -> None:
    clip = ClipReference(t=0.0, number=0, clip="a.wav", length_s=10.0, is_looped=is_looped, text="hello")
    source = WavSource(path="a.wav", loop=is_looped)
    session = session_of(tmp_path, plan(source=source), clip, *said("hello", 1, 2), ended(25.0, 27.0))
    assert [play.start_s for play in only(session).plays] == starts_s


def test_a_recording_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    session = session_of(tmp_path, plan(), CLIP, begins(0, 0.0), *said("I would", 1, 2.5))
    with (session / "worker-1.jsonl").open("ab") as file:
        file.write(b'{"event":"received","t":3.0,"conn":1,"type":"TurnInfo","turn_event":"EndOf')
    connection = only(session)
    assert (connection.audio_s, connection.sent_s) == (2.5, 2.5)


def test_without_references_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert read_heard_run(session_of(tmp_path, plan(), *said("hello", 1, 2), ended(3, 4))) is None
