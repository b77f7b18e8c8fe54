"""The least edits between a reference and a transcript, token by token.

Where several alignments need equally few edits, the choice is that of jiwer (rapidfuzz), so that substitutions,
deletions and insertions are the same numbers, not only their sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flux_desktop.evaluation.accuracy.word_errors import Unit, WordErrors

Pair = tuple[str | None, str | None]
"""A reference token and what was recognised in its place; None where one of them is missing."""


def align(reference: Sequence[str], transcript: Sequence[str]) -> list[Pair]:
    """Pairs in order. Memory is two bytes for each pair of tokens between the first and the last difference."""
    shorter = min(len(reference), len(transcript))
    before = next((n for n in range(shorter) if reference[n] != transcript[n]), shorter)
    rest = shorter - before
    after = next((n for n in range(rest) if reference[-1 - n] != transcript[-1 - n]), rest)
    reference_part = reference[before : len(reference) - after]
    transcript_part = transcript[before : len(transcript) - after]
    same = [(token, token) for token in reference]
    return [*same[:before], *_traced(reference_part, transcript_part), *same[len(same) - after :]]


def counted(pairs: Sequence[Pair], unit: Unit = "word") -> WordErrors:
    """What an alignment amounts to."""
    n = sum(reference_token is not None for reference_token, _ in pairs)
    deletions = sum(transcript_token is None for _, transcript_token in pairs)
    substitutions = sum(
        reference_token is not None and transcript_token is not None and reference_token != transcript_token
        for reference_token, transcript_token in pairs
    )
    return WordErrors(n, substitutions, deletions, len(pairs) - n, unit)


def _traced(reference: Sequence[str], transcript: Sequence[str]) -> list[Pair]:
    costs = _costs(reference, transcript)
    pairs: list[Pair] = []
    row, column = len(reference), len(transcript)
    while row and column:
        if costs[row, column] == costs[row - 1, column] + 1:
            row -= 1
            pairs.append((reference[row], None))
        elif costs[row, column - 1] == costs[row - 1, column - 1] - 1:
            column -= 1
            pairs.append((None, transcript[column]))
        else:
            row, column = row - 1, column - 1
            pairs.append((reference[row], transcript[column]))
    pairs += [(token, None) for token in reversed(reference[:row])]
    pairs += [(None, token) for token in reversed(transcript[:column])]
    return pairs[::-1]


def _costs(reference: Sequence[str], transcript: Sequence[str]) -> NDArray[np.int32]:
    """The least edits between the first tokens of both: one row for each number of reference tokens."""
    codes: dict[str, int] = {}
    columns = np.array([codes.setdefault(token, len(codes)) for token in transcript], dtype=np.int32)
    kind = np.int16 if len(reference) + len(transcript) < np.iinfo(np.int16).max else np.int32
    steps = np.arange(len(transcript) + 1, dtype=kind)
    costs = np.empty((len(reference) + 1, len(transcript) + 1), dtype=kind)
    costs[0] = steps
    for row, token in enumerate(reference, 1):
        best = costs[row - 1] + kind(1)
        np.minimum(best[1:], costs[row - 1, :-1] + (columns != codes.get(token, -1)), out=best[1:])
        # Insertions to the right of the best way so far, one edit each.
        costs[row] = np.minimum.accumulate(best - steps) + steps
    return costs
