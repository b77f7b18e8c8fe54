"""Session folders with references, written as a run writes them, and a small result."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received, RunStarted, Sent, encode_event
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, Source
from flux_desktop.evaluation.accuracy.word_accuracy import word_accuracy, worst_turns
from flux_desktop.evaluation.turns.turn_figures import turn_figures
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.accuracy import ClipAccuracy, RunAccuracy
from tests.evaluation.accuracy.test_word_accuracy import turns_of
from tests.evaluation.turns.test_turn_scoring import ten_turns

DATA = DataSetSource(path="clips")


def plan(connections: int = 1, source: Source = DATA) -> RunPlan:
    return RunPlan(endpoint="x", source=source, connections=connections)


def session_of(parent: Path, plan: RunPlan, *events: Event) -> Path:
    started = RunStarted(t=0.0, wall_time="2026-01-31T12:00:00+00:00", plan=plan, version="1")
    session = create_session(parent, started, datetime(2026, 1, 31, 12, tzinfo=UTC))
    (session / "worker-1.jsonl").write_bytes(b"".join(map(encode_event, events)))
    return session


def words_of(text: str, start_s: float, each_s: float = 0.5) -> tuple[ReferenceWord, ...]:
    """Words one after another."""
    return tuple(
        ReferenceWord(word=word, start_s=start_s + n * each_s, end_s=start_s + (n + 1) * each_s)
        for n, word in enumerate(text.split())
    )


def turn_of(words: tuple[ReferenceWord, ...]) -> SpokenTurn:
    return SpokenTurn(text=" ".join(word.text for word in words), start_s=words[0].start_s, end_s=words[-1].end_s)


def reference(number: int, *turns: tuple[ReferenceWord, ...], length_s: float = 10.0) -> ClipReference:
    return ClipReference(
        t=0.0,
        number=number,
        clip=f"/clips/{number}.wav",
        length_s=length_s,
        words=tuple(word for words in turns for word in words),
        turns=tuple(turn_of(words) for words in turns),
        language="en",
    )


def begins(number: int, audio_s: float, conn: int = 1) -> ClipStarted:
    return ClipStarted(t=audio_s, conn=conn, clip=f"/clips/{number}.wav", audio_s=audio_s, number=number)


def turn_event(name: str, audio_s: float, text: str, *, ended_by: str | None = None, conn: int = 1) -> Received:
    turn = Turn(index=0, transcript=text, end_s=audio_s, ended_by=ended_by)
    return Received(t=audio_s, conn=conn, type="TurnInfo", text="{}", turn_event=name, turn=turn, user_latency_ms=200.0)


def said(text: str, start_s: float, end_s: float, *, ended_by: str = "model", conn: int = 1) -> list[Event]:
    """One transcribed turn: its start, an Update and its end."""
    return [
        turn_event("StartOfTurn", start_s, "", conn=conn),
        turn_event("Update", (start_s + end_s) / 2, text, conn=conn),
        turn_event("EndOfTurn", end_s, text, ended_by=ended_by, conn=conn),
    ]


def closing(t: float, conn: int = 1) -> Sent:
    return Sent(t=t, conn=conn, text='{"type":"CloseStream"}')


def ended(audio_s: float, sent_s: float, conn: int = 1) -> ConnectionEnded:
    summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED, audio_s=audio_s, sent_s=sent_s)
    return ConnectionEnded(t=sent_s, summary=summary)


TEXTS = [
    *turns_of("/data/a.wav", ("One cat sat.", "one cat sat"), ("A dog", "a dog dog")),
    *turns_of("/data/b.wav", ("the quick brown fox jumps", "the quiet brown")),
]


def small_accuracy() -> RunAccuracy:
    scores = [ten_turns()]
    return RunAccuracy(
        words=word_accuracy(TEXTS),
        turns=turn_figures(scores),
        clips=[
            ClipAccuracy(clip="/data/a.wav", times=2, words=word_accuracy(TEXTS[:2]), turns=turn_figures(scores)),
            ClipAccuracy(clip="/data/b.wav", times=1, words=word_accuracy(TEXTS[2:]), worst=worst_turns(TEXTS[2:])),
        ],
        connections=[],
        worst=worst_turns(TEXTS),
        partly_sent=1,
    )
