"""Transcripts as TXT, JSON, SRT and WebVTT, to the character."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.flux.messages import Word
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.transcripts import (
    CUE_S_MAX,
    CUE_WIDTH_MAX,
    as_json,
    as_srt,
    as_txt,
    as_vtt,
    cues,
    display_width,
)

TURNS = [
    Turn(index=0, transcript="Hello, how are you?", start_s=0.0, end_s=2.4, confidence=0.9, ended_by="model"),
    Turn(
        index=1,
        transcript="Tom & <b>Jerry</b> --> fine",
        words=[Word("Tom", 0.9, 3661.5, 3662.0)],
        start_s=3660.0,
        end_s=3663.25,
        ended_by="closed",
    ),
]


def test_txt() -> None:
    assert as_txt(TURNS) == "[0:00.0] Hello, how are you?\n[61:01.5] Tom & <b>Jerry</b> --> fine [closed]\n"
    assert as_txt([Turn(index=0, transcript="a\x1b[2J\nb", start_s=59.99)]) == "[0:59.9] a b\n"
    assert as_txt([]) == ""


def test_srt() -> None:
    assert as_srt(TURNS) == (
        "1\n00:00:00,000 --> 00:00:02,400\nHello, how are you?\n"
        "\n"
        "2\n01:01:01,500 --> 01:01:03,250\nTom & <b>Jerry</b> → fine\n"
    )
    assert as_srt([]) == ""


def test_vtt() -> None:
    assert as_vtt(TURNS) == (
        "WEBVTT\n"
        "\n"
        "00:00:00.000 --> 00:00:02.400\nHello, how are you?\n"
        "\n"
        "01:01:01.500 --> 01:01:03.250\nTom &amp; &lt;b&gt;Jerry&lt;/b&gt; → fine\n"
    )
    assert as_vtt([]) == "WEBVTT\n"


def test_json_keeps_words_and_times() -> None:
    document = json.loads(as_json(3, TURNS))
    assert document["connection"] == 3
    assert [turn["transcript"] for turn in document["turns"]] == [turn.transcript for turn in TURNS]
    assert document["turns"][1]["words"] == [{"word": "Tom", "confidence": 0.9, "start": 3661.5, "end": 3662.0}]


def test_a_long_turn_is_split_between_words() -> None:
    words = [Word(f"word{index:02}", 1.0, index * 0.5, index * 0.5 + 0.4) for index in range(40)]
    turn = Turn(index=0, transcript=" ".join(word.word for word in words), words=words, end_s=20.0)
    subtitles = cues([turn])
    assert len(subtitles) > 2
    assert " ".join(cue.text for cue in subtitles) == turn.transcript
    assert all(display_width(cue.text) <= CUE_WIDTH_MAX and cue.end_s - cue.start_s <= 7.0 for cue in subtitles)
    assert (subtitles[0].start_s, subtitles[-1].end_s) == (0.0, 19.9)


def test_without_word_times_a_turn_is_one_cue() -> None:
    turn = Turn(index=0, transcript="two words", words=[Word("two"), Word("words")], start_s=1.0, end_s=2.0)
    assert [(cue.start_s, cue.end_s, cue.text) for cue in cues([turn])] == [(1.0, 2.0, "two words")]


_seconds = st.floats(-10, 10_000)
_turns = st.builds(
    Turn,
    index=st.integers(0, 9),
    transcript=st.text(max_size=30),
    words=st.lists(st.builds(Word, st.text(max_size=5), st.none(), st.none() | _seconds, st.none() | _seconds)),
    start_s=_seconds,
    end_s=_seconds,
)


@given(st.lists(_turns, max_size=6))
def test_any_turns_give_well_formed_subtitles(turns: list[Turn]) -> None:
    last_end_s = 0.0
    for cue in cues(turns):
        assert last_end_s <= cue.start_s < cue.end_s
        assert cue.text
        last_end_s = cue.end_s
    for text in (as_srt(turns), as_vtt(turns)):
        assert text.count("-->") == len(cues(turns))


@pytest.mark.parametrize(
    ("text", "start_s", "end_s"),
    [
        ("今日はとても良い天気ですね。" * 9, 0.0, 25.0),
        ("วันนี้อากาศดีมาก" * 12, 3.0, 40.0),
        ("one word after the other " * 20, 0.0, 12.0),
        ("Donaudampfschifffahrtsgesellschaft" * 5, 1.0, 9.0),
    ],
)
def test_a_turn_without_word_times_is_split_by_width_and_duration(text: str, start_s: float, end_s: float) -> None:
    subtitles = cues([Turn(index=0, transcript=text, start_s=start_s, end_s=end_s, ended_by="model")])
    assert len(subtitles) >= 2
    assert all(display_width(cue.text) <= CUE_WIDTH_MAX for cue in subtitles)
    assert all(cue.end_s - cue.start_s <= CUE_S_MAX + 0.5 for cue in subtitles)
    assert subtitles[0].start_s == start_s
    assert subtitles[-1].end_s == pytest.approx(end_s, abs=0.5), "a cue lasts at least half a second"
    assert "".join(cue.text.replace(" ", "") for cue in subtitles) == text.replace(" ", "")


def test_words_of_a_script_without_spaces_keep_their_times() -> None:
    words = [Word(word=char, start=float(number), end=number + 1.0) for number, char in enumerate("今日は良い天気です")]
    subtitles = cues([Turn(index=0, transcript="今日は、良い天気です。", words=words, end_s=9.0, ended_by="model")])
    assert [(cue.start_s, cue.end_s, cue.text) for cue in subtitles] == [
        (0.0, 7.0, "今日は、良い天気"),
        (7.0, 9.0, "です。"),
    ]
