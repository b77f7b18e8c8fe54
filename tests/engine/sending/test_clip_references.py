"""Ground truth beside a recording, and the event that keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets.clip import Clip, Span
from flux_desktop.engine.sending.clip_references import clip_beside, clip_reference

TURN = SpokenTurn(text="hello", start_s=0.1, end_s=0.6)


def test_a_text_beside_a_recording(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Good morning.")
    clip, problem = clip_beside(tmp_path / "a.wav")
    assert problem is None
    assert clip is not None
    assert clip.text == "Good morning."


def test_a_text_that_cannot_be_used_is_reported_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.TextGrid").write_text("no TextGrid at all")
    clip, problem = clip_beside(tmp_path / "a.wav")
    assert clip is None
    assert problem is not None
    assert problem.code == "reference_unusable"
    assert "a.wav" in problem.what
    assert problem.why


def test_a_broken_words_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.words.json").write_text("[{]")
    with pytest.raises(ProblemError) as refused:
        clip_beside(tmp_path / "a.wav")
    assert refused.value.problem.code == "words_unusable"


def test_all_that_is_known_of_a_clip_is_kept() -> None:
    clip = Clip(
        path=Path("a.wav"),
        text="hello",
        turns=(TURN,),
        holds=(Span(start_s=0.2, end_s=0.4),),
        ignore=(Span(start_s=0.9, end_s=1.0),),
        language="en",
        keyterms=("hello",),
        conversation="one",
        sha256="ab",
    )
    event = clip_reference(3.0, 7, clip, 1.5, is_looped=True)
    assert event is not None
    assert (event.t, event.number, event.clip, event.length_s, event.is_looped) == (3.0, 7, "a.wav", 1.5, True)
    reference_fields = (event.text, event.turns, event.holds, event.ignore, event.language, event.keyterms)
    assert reference_fields == ("hello", (TURN,), clip.holds, clip.ignore, "en", ("hello",))
    assert (event.conversation, event.sha256) == ("one", "ab")


def test_parts_of_one_file_have_names_of_their_own() -> None:
    part = clip_reference(0.0, 1, Clip(path=Path("a.wav"), offset_s=12.5, text="hello"), 1.5)
    assert part is not None
    assert part.clip == "a.wav from 12.5 s"


def test_a_clip_of_which_nothing_is_known_has_no_reference() -> None:
    assert clip_reference(0.0, 0, Clip(path=Path("a.wav"), text=""), 1.0) is None
