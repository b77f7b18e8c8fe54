"""The turns and holds that a clip's annotations state, or that follow from its words where they state none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span

HOLD_MIN_S = 0.1
"""A shorter silence inside a turn is no decision point."""


class Annotated(Protocol):
    """A clip of a data set, or what a recording holds of it."""

    @property
    def text(self) -> str | None: ...

    @property
    def words(self) -> tuple[ReferenceWord, ...]: ...

    @property
    def turns(self) -> tuple[SpokenTurn, ...]: ...

    @property
    def holds(self) -> tuple[Span, ...]: ...


def reference_turns(clip: Annotated) -> tuple[SpokenTurn, ...]:
    """The turns of a clip; where only words are known, all of them are one turn."""
    if clip.turns or not clip.words:
        return clip.turns
    text = clip.text or " ".join(word.text for word in clip.words)
    return (SpokenTurn(text=text, start_s=clip.words[0].start_s, end_s=clip.words[-1].end_s),)


def with_turns(clips: Sequence[Annotated]) -> tuple[int, ...]:
    """Places of the clips that state turns; the others cannot be judged and need not be sent."""
    return tuple(place for place, clip in enumerate(clips) if reference_turns(clip))


def reference_holds(clip: Annotated) -> tuple[Span, ...]:
    """The holds of a clip; where none are stated, the silences between the words of a turn."""
    if clip.holds:
        return clip.holds
    turns = reference_turns(clip)
    return tuple(
        Span(start_s=word.end_s, end_s=following.start_s)
        for word, following in zip(clip.words, clip.words[1:], strict=False)
        if following.start_s - word.end_s >= HOLD_MIN_S
        and any(turn.start_s <= word.end_s and following.start_s <= turn.end_s for turn in turns)
    )
