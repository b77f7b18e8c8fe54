"""Reference turns on the time line of a connection, and what of them was heard."""

from __future__ import annotations

import math

import msgspec
import pytest

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.evaluation.accuracy.normalisers import BASIC, ENGLISH
from flux_desktop.evaluation.turns.turn_figures import turn_figures
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, score
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.heard_run import HeardConnection, Play
from flux_desktop.reports.references import decisions_in, played_clips, reference_turns, spoken_texts
from tests.reports.recorded_talk import reference, words_of

TWO_TURNS = reference(0, words_of("a b c", 1.0), words_of("d e", 5.0))
OTHER = reference(1, words_of("f g", 2.0))
ENGLISH_MODEL = FluxOptions()


def connection(*plays: tuple[int, float], audio_s: float, sent_s: float = 0.0) -> HeardConnection:
    return HeardConnection(
        conn=1,
        plays=[Play(number=number, start_s=start_s) for number, start_s in plays],
        audio_s=audio_s,
        sent_s=sent_s or audio_s,
    )


def test_clips_follow_one_another() -> None:
    first, second = played_clips(connection((0, 0.0), (1, 12.0), audio_s=24.0, sent_s=26.0), {0: TWO_TURNS, 1: OTHER})
    assert (first.start_s, first.until_s, first.is_whole) == (0.0, 14.0, True), "until the next clip's first turn"
    assert (second.start_s, second.until_s, second.heard_s) == (12.0, math.inf, 12.0)
    texts = spoken_texts(second, ENGLISH_MODEL)
    assert texts is not None
    assert [(text.text, text.start_s, text.end_s, text.in_clip_s) for text in texts] == [("f g", 14.0, 15.0, 2.0)]
    assert played_clips(connection((0, 0.0), (7, 12.0), audio_s=24.0), {0: TWO_TURNS})[0].until_s == 12.0


def test_a_clip_that_was_cut_is_compared_up_to_the_last_word_sent() -> None:
    [played] = played_clips(connection((0, 0.0), audio_s=5.6), {0: TWO_TURNS})
    assert not played.is_whole
    texts = spoken_texts(played, ENGLISH_MODEL)
    assert texts is not None
    assert [text.text for text in texts] == ["a b c", "d"]
    turns = reference_turns(played)
    assert turns is not None
    assert [turn.text for turn in turns.turns] == ["a b c"], "nobody can end a turn that is not over"
    assert turns.ignore == (Span(start_s=5.0, end_s=math.inf),)


@pytest.mark.parametrize(("missing_s", "text"), [(0.01, "d e"), (0.03, "d")])
def test_a_word_of_which_more_than_its_rounding_was_not_sent_is_not_expected(missing_s: float, text: str) -> None:
    """As in the running count, so that both are of the same words."""
    end_s = TWO_TURNS.turns[-1].end_s
    [played] = played_clips(connection((0, 0.0), audio_s=end_s - missing_s), {0: TWO_TURNS})
    texts = spoken_texts(played, ENGLISH_MODEL)
    assert texts is not None
    assert texts[-1].text == text


def test_a_turn_whose_end_no_stream_heard_is_not_missed() -> None:
    heard = connection((1, 0.0), (0, 10.0), audio_s=24.0)
    missed = turn_figures([score_of(heard)])
    assert (missed.missed.value, missed.turns_not_judged) == (1.0, 0)
    heard.gaps = [Span(start_s=16.5, end_s=18.0)]  # the second turn of two ends after 7 s of the clip
    lost = turn_figures([score_of(heard)])
    assert (lost.turns, lost.turns_not_judged) == (1, 1)


def score_of(heard: HeardConnection) -> ClipScore:
    """Of its last clip."""
    played = played_clips(heard, {0: TWO_TURNS, 1: OTHER})[-1]
    turns = reference_turns(played)
    assert turns is not None
    return score(turns, decisions_in(played, heard))


def test_without_word_times_a_part_cannot_be_compared() -> None:
    clip = ClipReference(t=0.0, number=0, clip="a.wav", length_s=10.0, text="hello there")
    [part] = played_clips(connection((0, 0.0), audio_s=5.0), {0: clip})
    assert spoken_texts(part, ENGLISH_MODEL) is None
    [whole] = played_clips(connection((0, 0.0), audio_s=10.0), {0: clip})
    texts = spoken_texts(whole, ENGLISH_MODEL)
    assert texts is not None
    assert [(text.text, text.start_s, text.end_s) for text in texts] == [("hello there", 0.0, 10.0)]
    assert reference_turns(whole) is None


def test_words_without_turns_are_parted_at_pauses() -> None:
    clip = msgspec.structs.replace(TWO_TURNS, turns=())
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: clip})
    texts = spoken_texts(played, ENGLISH_MODEL)
    assert texts is not None
    assert [(text.text, text.number) for text in texts] == [("a b c", 1), ("d e", 2)]


@pytest.mark.parametrize(
    ("language", "options", "name"),
    [
        ("de", FluxOptions(), BASIC),
        (None, FluxOptions(model="flux-general-en"), ENGLISH),
        (None, FluxOptions(model="flux-general-multi"), BASIC),
        (None, FluxOptions(model="flux-general-multi", language_hints=("en",)), ENGLISH),
    ],
)
def test_the_language_of_a_clip_decides_its_normaliser(language: str | None, options: FluxOptions, name: str) -> None:
    clip = msgspec.structs.replace(TWO_TURNS, language=language)
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: clip})
    texts = spoken_texts(played, options)
    assert texts is not None
    assert {text.normaliser for text in texts} == {name}


def test_a_text_that_is_not_in_the_language_of_the_model_keeps_its_marks() -> None:
    clip = msgspec.structs.replace(reference(0, words_of("वह घर", 1.0), words_of("गया", 5.0)), language=None)
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: clip})
    texts = spoken_texts(played, ENGLISH_MODEL)
    assert texts is not None
    assert {text.normaliser for text in texts} == {BASIC}


def test_keyterms_of_the_clip_or_of_the_run() -> None:
    options = FluxOptions(keyterms=("Norland",))
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: TWO_TURNS})
    texts = spoken_texts(played, options)
    assert texts is not None
    assert texts[0].keyterms == ("Norland",)


def test_holds_are_stated_or_the_silences_between_the_words_of_a_turn() -> None:
    words = (*words_of("a b", 1.0), *words_of("c", 3.0))
    clip = reference(0, words)
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: clip})
    turns = reference_turns(played)
    assert turns is not None
    assert turns.holds == (Span(start_s=2.0, end_s=3.0),)
    stated = msgspec.structs.replace(clip, holds=(Span(start_s=2.1, end_s=2.9),))
    [played] = played_clips(connection((0, 0.0), audio_s=10.0), {0: stated})
    turns = reference_turns(played)
    assert turns is not None
    assert turns.holds == stated.holds


def test_decisions_are_moved_to_the_clip() -> None:
    heard_connection = connection((0, 0.0), (1, 12.0), audio_s=24.0)
    heard_connection.decisions = [
        TurnDecision(event=DetectorEvent.END, audio_s=3.0, heard_s=3.2),
        TurnDecision(event=DetectorEvent.END, audio_s=13.0),
        TurnDecision(event=DetectorEvent.END, audio_s=15.5, heard_s=15.6),
    ]
    first, second = played_clips(heard_connection, {0: TWO_TURNS, 1: OTHER})
    assert [each.audio_s for each in decisions_in(first, heard_connection)] == [3.0, 13.0], (
        "late, but before the next turn"
    )
    moved = decisions_in(second, heard_connection)
    assert [each.audio_s for each in moved] == [1.0, 3.5]
    assert moved[1].heard_s == pytest.approx(3.6)
