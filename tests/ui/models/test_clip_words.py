"""What is said in the clips of a data set, and the turns that are measured against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted
from flux_desktop.ui.models.clip_words import ClipWords
from flux_desktop.ui.models.run_model import RunModel
from tests.engine.messages import Messages
from tests.ui import scripted

WORDS = (ReferenceWord(word="one", start_s=0.2, end_s=0.6), ReferenceWord(word="two", start_s=0.7, end_s=1.0))


def started(audio_s: float, *, clip: str = "a.wav", offset_s: float = 0.0, number: int = 0) -> ClipStarted:
    return ClipStarted(t=audio_s, conn=1, clip=clip, audio_s=audio_s, offset_s=offset_s, number=number)


def test_clips_of_one_recording_are_told_apart_and_those_without_words_have_none() -> None:
    words = ClipWords()
    clips = [Clip(path=Path("a.wav"), offset_s=3.0, words=WORDS), Clip(path=Path("b.wav"))]
    words.add(clips, (2.0, None))
    clip_words = words.of(started(0.0, offset_s=3.0))
    assert clip_words is not None
    assert clip_words.last_end_s(5.0) == 1.0
    assert words.of(started(0.0)) is None
    assert words.of(started(0.0, clip="b.wav")) is None


def turn_ends(run: RunModel, messages: Messages, index: int, at_s: float, latency_ms: float) -> None:
    for event in ("StartOfTurn", "EndOfTurn"):
        more = {"trigger": "model"} if event == "EndOfTurn" else {}
        text = scripted.turn_info(event, index, 2 * index + (event == "EndOfTurn"), at_s, "one two", 0.9, **more)
        run.feed(messages.received(at_s + 0.1, 1, text, user_latency_ms=latency_ms))


def test_the_wait_is_measured_in_each_clip_also_where_the_turn_ends_in_the_next_one() -> None:
    run, messages = RunModel(), Messages()
    run.reset(scripted.plan(1))
    run.feed(ClipReference(t=0.0, number=7, clip="a.wav", length_s=2.0, words=WORDS))
    run.feed(started(10.0, number=7))
    turn_ends(run, messages, 0, 11.5, 100.0)
    assert run.conversation(1).last_end_ms == pytest.approx(600.0), "the last word ended at 11.0 s"
    run.feed(started(13.0, clip="unknown.wav", number=8))
    turn_ends(run, messages, 1, 12.5, 50.0)
    assert run.conversation(1).last_end_ms == pytest.approx(1550.0), "its words are of the clip before"
    turn_ends(run, messages, 2, 15.0, 50.0)
    assert run.conversation(1).last_end_ms == pytest.approx(50.0), "nothing is known of the words of this clip"
