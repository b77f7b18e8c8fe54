"""Turns and holds of a clip: as stated, else from its words."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.datasets.clip import Clip
from flux_desktop.evaluation.turns.reference import reference_holds, reference_turns
from tests.evaluation.hand_made import span, turn


def test_turns_and_holds_follow_from_words_where_nothing_states_them(tmp_path: Path) -> None:
    words = tuple(
        ReferenceWord(word=word, start_s=start_s, end_s=end_s)
        for word, start_s, end_s in (("a", 0.1, 0.3), ("b", 0.35, 0.6), ("c", 1.0, 1.2))
    )
    clip = Clip(path=tmp_path / "a.wav", words=words)
    assert reference_turns(clip) == (turn(0.1, 1.2, "a b c"),)
    assert reference_holds(clip) == (span(0.6, 1.0),)
