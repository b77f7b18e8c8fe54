"""Word (or character) error rates of a run that has ended, each raw and normalised, with n and 95 % interval.

The rate is that of the whole corpus: all errors by all reference words. Raw compares texts as written, after NFC;
normalised after Whisper's rules, whose name and version are part of the result (`normalisers`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import msgspec
from msgspec import Struct

from flux_desktop.evaluation.accuracy.alignment import Pair
from flux_desktop.evaluation.accuracy.heard_text import TurnText, text_tokens
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.bootstrap import ratio
from flux_desktop.evaluation.statistics.intervals import Estimate, once, wilson

WORST_TURNS = 20


class ErrorRate(Struct, frozen=True, kw_only=True):
    """Errors, and their share of the reference words or characters: 0 to 1, or more with many extra words."""

    rate: Estimate
    errors: WordErrors


class WordAccuracy(Struct, frozen=True, kw_only=True):
    """Accuracy of all turns that are counted in the same unit."""

    label: str
    """WER or CER."""
    normalisers: tuple[str, ...]
    """Name and version of the rules behind `normalised`; several where clips are of several languages."""
    conversations: int
    turns: int
    """Reference turns, each as often as it was played."""
    raw: ErrorRate
    normalised: ErrorRate
    perfect_turns: Estimate
    """Share of the turns without an error after normalisation; repeats of a turn count once for the interval."""
    keyterm_recall: Estimate
    """Share of the keyterms spoken that were recognised; not known without keyterms."""


class WorstTurn(Struct, frozen=True, kw_only=True):
    """A turn with many errors, with its normalised texts aligned."""

    clip: str
    turn: int
    """Its place in the clip, from 1."""
    start_s: float
    """In the clip."""
    times: int
    """On how many connections the same was recognised."""
    errors: WordErrors
    pairs: tuple[Pair, ...]


def word_accuracy(turns: Sequence[TurnText], *, over_turns: bool = False) -> list[WordAccuracy]:
    """One result for words, and one for characters where some texts are counted so.

    Intervals are over conversations; `over_turns` resamples turns instead, for the figures of a single clip.
    """
    results = []
    for unit in ("word", "character"):
        some = [turn for turn in turns if turn.spoken.unit == unit]
        if some:
            units = [_turn_of(turn) if over_turns else turn.spoken.conversation for turn in some]
            keyterm_hits, keyterm_count = _keyterms(some)
            repeats = len(some) / len({_turn_of(turn) for turn in some})
            perfect = wilson(sum(not turn.normalised.errors for turn in some), len(some))
            results.append(
                WordAccuracy(
                    label=some[0].raw.label,
                    normalisers=tuple(sorted({turn.spoken.normaliser for turn in some})),
                    conversations=len({turn.spoken.conversation for turn in some}),
                    turns=len(some),
                    raw=_rate([turn.raw for turn in some], units, repeats),
                    normalised=_rate([turn.normalised for turn in some], units, repeats),
                    perfect_turns=once(perfect, repeats),
                    keyterm_recall=once(wilson(keyterm_hits, keyterm_count), repeats),
                )
            )
    return results


def worst_turns(turns: Iterable[TurnText], most: int = WORST_TURNS) -> list[WorstTurn]:
    """The turns with the most errors after normalisation; the same result on several connections is one."""
    alike: dict[Hashable, list[TurnText]] = {}
    for turn in turns:
        if turn.normalised.errors:
            alike.setdefault((_turn_of(turn), turn.pairs), []).append(turn)
    ordered = sorted(alike.values(), key=lambda group: _badness(group[0]), reverse=True)
    return [
        WorstTurn(
            clip=group[0].spoken.clip,
            turn=group[0].spoken.number,
            start_s=group[0].spoken.in_clip_s,
            times=len(group),
            errors=group[0].normalised,
            pairs=group[0].pairs,
        )
        for group in ordered[:most]
    ]


def _rate(errors: Sequence[WordErrors], units: Sequence[Hashable], repeats: float) -> ErrorRate:
    total = sum(errors, WordErrors(unit=errors[0].unit))
    if total.n and (not total.errors or all(each.errors == each.n for each in errors)):
        # Resampled they are all alike: what none, or all, proves is bounded as for a proportion of the different words.
        bound = once(wilson(total.errors, total.n), repeats)
        return ErrorRate(rate=msgspec.structs.replace(bound, n=total.n), errors=total)
    return ErrorRate(rate=ratio([each.errors for each in errors], [each.n for each in errors], units), errors=total)


def _turn_of(turn: TurnText) -> Hashable:
    return turn.spoken.clip, turn.spoken.number


def _badness(turn: TurnText) -> tuple[int, float]:
    return turn.normalised.errors, turn.normalised.errors / max(1, turn.normalised.n)


def _keyterms(turns: Sequence[TurnText]) -> tuple[int, int]:
    """How many keyterms were recognised, and how many were spoken."""
    hits = spoken = 0
    for turn in turns:
        reference = [token for token, _ in turn.pairs if token is not None]
        transcript = [token for _, token in turn.pairs if token is not None]
        for term in turn.spoken.keyterms:
            tokens = text_tokens(term, turn.spoken, is_normalised=True)
            occurrences = _occurrences(tokens, reference)
            spoken += occurrences
            hits += min(occurrences, _occurrences(tokens, transcript)) if occurrences else 0
    return hits, spoken


def _occurrences(term: Sequence[str], tokens: Sequence[str]) -> int:
    if not term:
        return 0
    return sum(list(tokens[n : n + len(term)]) == list(term) for n in range(len(tokens) - len(term) + 1))
