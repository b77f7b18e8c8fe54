"""What a connection was sent and what it transcribed, put side by side in time and aligned turn by turn.

A transcript's turns need not be those of the reference: both are joined between pauses that no transcribed turn spans,
aligned as a whole there, and the errors counted for the reference turn in which they lie. Turns that are counted by
other rules, as those of another language, are always kept apart. Extra words belong to the turn before them, or to the
first one.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from flux_desktop.evaluation.accuracy.alignment import Pair, align, counted
from flux_desktop.evaluation.accuracy.normalisers import normalised
from flux_desktop.evaluation.accuracy.word_errors import Unit, WordErrors, character_tokens, word_tokens

PAUSE_MIN_S = 1.0
"""A shorter pause is no place to part texts: words near it may be transcribed on its other side."""


class SpokenText(Struct, frozen=True, kw_only=True):
    """One reference turn as it was played, in seconds of the connection's audio.

    Where turns are not known it is a stretch between pauses, or a whole clip.
    """

    text: str
    start_s: float
    end_s: float
    in_clip_s: float
    """Where it starts in the clip."""
    clip: str
    conversation: str
    """Whose errors are resampled together."""
    number: int
    """Place in the clip, from 1."""
    normaliser: str
    unit: Unit
    keyterms: tuple[str, ...] = ()


class HeardText(Struct, frozen=True, kw_only=True):
    """One transcribed turn: its text, and the stretch of audio from its start to its end of turn."""

    text: str
    start_s: float
    end_s: float


class TurnText(Struct, frozen=True, kw_only=True):
    """One reference turn with what was recognised of it."""

    spoken: SpokenText
    raw: WordErrors
    normalised: WordErrors
    pairs: tuple[Pair, ...]
    """The normalised texts, aligned."""


def turn_texts(spoken: Sequence[SpokenText], transcripts: Sequence[HeardText]) -> list[TurnText]:
    """All reference turns of one connection, in order; what was transcribed of none of them counts as extra words."""
    results = []
    ordered = sorted(transcripts, key=lambda each: each.start_s)
    for turns, texts in _blocks(sorted(spoken, key=lambda each: each.start_s), ordered):
        raw = _aligned(turns, texts, is_normalised=False)
        clean = _aligned(turns, texts, is_normalised=True)
        results += [
            TurnText(
                spoken=turn,
                raw=counted(raw[n], turn.unit),
                normalised=counted(clean[n], turn.unit),
                pairs=tuple(clean[n]),
            )
            for n, turn in enumerate(turns)
        ]
    return results


def _blocks(
    spoken: Sequence[SpokenText], transcripts: Sequence[HeardText]
) -> list[tuple[list[SpokenText], list[HeardText]]]:
    blocks: list[tuple[list[SpokenText], list[HeardText]]] = []
    first = 0
    for place, turn in enumerate(spoken):
        if place:
            until = first
            while until < len(transcripts) and transcripts[until].start_s < turn.start_s:
                until += 1
            before = spoken[place - 1]
            spans = any(each.end_s > turn.start_s for each in transcripts[first:until])
            is_pause = turn.start_s - before.end_s >= PAUSE_MIN_S and not spans
            if is_pause or (turn.unit, turn.normaliser) != (before.unit, before.normaliser):
                blocks[-1][1].extend(transcripts[first:until])
                first = until
                blocks.append(([], []))
        else:
            blocks.append(([], []))
        blocks[-1][0].append(turn)
    if blocks:
        blocks[-1][1].extend(transcripts[first:])
    return blocks


def _aligned(turns: Sequence[SpokenText], transcripts: Sequence[HeardText], *, is_normalised: bool) -> list[list[Pair]]:
    """The pairs of each reference turn."""
    first = turns[0]
    reference_tokens = [text_tokens(turn.text, turn, is_normalised=is_normalised) for turn in turns]
    transcript_tokens = [
        token for each in transcripts for token in text_tokens(each.text, first, is_normalised=is_normalised)
    ]
    pairs: list[list[Pair]] = [[] for _ in turns]
    place, left = 0, len(reference_tokens[0])
    for pair in align([token for tokens in reference_tokens for token in tokens], transcript_tokens):
        if pair[0] is not None:
            while not left:
                place += 1
                left = len(reference_tokens[place])
            left -= 1
        pairs[place].append(pair)
    return pairs


def text_tokens(text: str, like: SpokenText, *, is_normalised: bool) -> list[str]:
    """Words or characters, as they are counted for turns like this one."""
    shown = normalised(text, like.normaliser) if is_normalised else text
    return character_tokens(shown) if like.unit == "character" else word_tokens(shown)
