"""Accuracy of recorded runs, from the session folder to the figures."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.intervals import wilson
from flux_desktop.reports.accuracy import RunAccuracy, read_accuracy
from tests.reports.recorded_talk import begins, ended, plan, reference, said, session_of, words_of

PIZZA = reference(0, words_of("I would like a pizza", 1.0), words_of("and a cola", 6.0))
NAMES = reference(1, words_of("Call Mister Dashwood", 1.0))


def accuracy_of(folder: Path) -> RunAccuracy:
    accuracy = read_accuracy(folder)
    assert accuracy is not None
    return accuracy


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Connection 1 sends both clips, connection 2 the second one, where a word is wrong and the end is missed."""
    return session_of(
        tmp_path,
        plan(connections=2),
        PIZZA,
        NAMES,
        begins(0, 0.0),
        *said("I would", 1.2, 1.9),
        *said("like a pizza", 2.2, 3.9),
        *said("and a cola", 6.2, 7.9),
        begins(1, 12.0),
        *said("Call Mr. Dashwood", 13.3, 15.0),
        ended(24.0, 27.0),
        begins(1, 0.0, conn=2),
        *said("Call Mr. Dashboard", 1.3, 9.0, conn=2),
        ended(12.0, 15.0, conn=2),
    )


def test_figures_of_a_run(session: Path) -> None:
    accuracy = accuracy_of(session)
    [words] = accuracy.words
    assert (words.label, words.turns, words.conversations) == ("WER", 4, 2)
    assert words.normalised.errors == WordErrors(14, 1)
    assert words.raw.errors == WordErrors(14, 3), "“Mr.” is written otherwise"
    assert accuracy.turns is not None
    assert (accuracy.turns.turns, accuracy.turns.missed.value) == (4, 0.25)
    assert accuracy.turns.cut_offs_per_turn.value == 0.25
    [worst] = accuracy.worst
    assert (worst.clip, worst.turn, worst.pairs[-1]) == ("/clips/1.wav", 1, ("dashwood", "dashboard"))


def test_figures_of_clips_and_connections(session: Path) -> None:
    accuracy = accuracy_of(session)
    assert [(clip.clip, clip.times) for clip in accuracy.clips] == [("/clips/0.wav", 1), ("/clips/1.wav", 2)]
    assert [clip.words[0].normalised.errors for clip in accuracy.clips] == [WordErrors(8), WordErrors(6, 1)]
    assert [[turn.turn for turn in clip.worst] for clip in accuracy.clips] == [[], [1]]
    assert [each.conn for each in accuracy.connections] == [1, 2]
    assert [each.words[0].normalised.errors for each in accuracy.connections] == [WordErrors(11), WordErrors(3, 1)]
    second = accuracy.connections[1].turns
    assert second is not None
    assert second.missed == wilson(1, 1)


def test_a_clip_on_many_connections_gives_no_narrower_interval(tmp_path: Path) -> None:
    events = [
        event
        for conn in range(1, 31)
        for event in (begins(1, 0.0, conn=conn), *said("Call Mr. Dashwood", 1.3, 3.0, conn=conn), ended(12, 15, conn))
    ]
    accuracy = accuracy_of(session_of(tmp_path, plan(connections=30), NAMES, *events))
    assert accuracy.turns is not None
    assert accuracy.turns.missed == wilson(0, 1)
    assert accuracy.words[0].perfect_turns == wilson(1, 1)


def test_what_was_sent_in_part_without_word_times_is_left_out(tmp_path: Path) -> None:
    text = ClipReference(t=0.0, number=0, clip="a.wav", length_s=10.0, text="hello there my friend")
    accuracy = accuracy_of(
        session_of(tmp_path, plan(), text, begins(0, 0.0), *said("hello there", 1, 2), ended(4.0, 6.0))
    )
    assert (accuracy.words, accuracy.partly_sent, accuracy.turns) == ([], 1, None)


def test_what_is_heard_of_clips_without_a_reference_text_is_no_extra_word_of_another_clip(tmp_path: Path) -> None:
    turns_only = ClipReference(
        t=0.0, number=3, clip="3.wav", length_s=10.0, turns=(SpokenTurn(text="", start_s=1.0, end_s=3.0),)
    )
    events = [
        begins(2, 0.0),
        *said("nobody knows what this is", 1.3, 3.0),
        begins(1, 10.0),
        *said("Call Mr. Dashwood", 11.3, 13.0),
        begins(3, 20.0),
        *said("nor that", 21.3, 23.0),
        begins(2, 30.0),
        *said("nor this", 31.3, 33.0),
        ended(40.0, 42.0),
    ]
    accuracy = accuracy_of(session_of(tmp_path, plan(), NAMES, turns_only, *events))
    assert accuracy.words[0].normalised.errors == WordErrors(3)
    assert accuracy.partly_sent == 0


def test_it_survives_json(session: Path) -> None:
    accuracy = accuracy_of(session)
    text = msgspec.json.encode(accuracy)
    assert msgspec.json.decode(text, type=RunAccuracy) == accuracy
    errors = msgspec.json.decode(text)["words"][0]["normalised"]["errors"]
    assert errors == {"n": 14, "substitutions": 1, "deletions": 0, "insertions": 0, "unit": "word"}, "zeros are stated"


def test_no_reference_no_accuracy(tmp_path: Path) -> None:
    assert read_accuracy(session_of(tmp_path, plan(), *said("hello", 1, 2), ended(3, 4))) is None
    unused = session_of(tmp_path / "unused", plan(), PIZZA, ended(0.0, 0.0))
    assert read_accuracy(unused) is None
