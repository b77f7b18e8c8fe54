"""Alignments: their counts against jiwer's, and against the least edits that kaldialign finds."""

from __future__ import annotations

import random

import jiwer
import kaldialign

from flux_desktop.evaluation.accuracy.alignment import align, counted
from flux_desktop.evaluation.accuracy.word_errors import WordErrors

PAIRS = 10_000


def random_pairs() -> list[tuple[list[str], list[str]]]:
    """Texts of 1 to 14 words of small vocabularies, so that most have several alignments with equally few edits."""
    source = random.Random(17)

    def words(least: int, vocabulary: int) -> list[str]:
        return [f"w{source.randrange(vocabulary)}" for _ in range(source.randrange(least, 15))]

    sizes = [source.choice([2, 3, 10, 50]) for _ in range(PAIRS)]
    return [(words(1, size), words(0, size)) for size in sizes]


def test_counts_equal_jiwer_on_random_pairs() -> None:
    """Word by word: substitutions, deletions, insertions and hits of 10,000 pairs, and the rate of all together."""
    pairs = random_pairs()
    ours = [counted(align(reference, transcript)) for reference, transcript in pairs]
    theirs = jiwer.process_words(
        [" ".join(reference) for reference, _ in pairs], [" ".join(transcript) for _, transcript in pairs]
    )
    expected = []
    for chunks in theirs.alignments:
        sizes = {"substitute": 0, "delete": 0, "insert": 0, "equal": 0}
        for chunk in chunks:
            sizes[chunk.type] += max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
        n = sizes["equal"] + sizes["substitute"] + sizes["delete"]
        expected.append(WordErrors(n, sizes["substitute"], sizes["delete"], sizes["insert"]))
    assert ours == expected
    total = sum(ours, WordErrors())
    assert total == WordErrors(total.n, theirs.substitutions, theirs.deletions, theirs.insertions)
    assert total.errors / total.n == theirs.wer


def test_errors_are_the_least_that_are_possible() -> None:
    for reference, transcript in random_pairs()[:1000]:
        assert counted(align(reference, transcript)).errors == kaldialign.edit_distance(reference, transcript)["total"]


def test_pairs_hold_both_texts_in_order() -> None:
    assert align(["I", "would", "like", "a", "pizza"], ["I", "like", "the", "pizza", "now"]) == [
        ("I", "I"),
        ("would", None),
        ("like", "like"),
        ("a", "the"),
        ("pizza", "pizza"),
        (None, "now"),
    ]
    for reference, transcript in random_pairs()[:200]:
        pairs = align(reference, transcript)
        assert [token for token, _ in pairs if token is not None] == reference
        assert [token for _, token in pairs if token is not None] == transcript


def test_empty_texts() -> None:
    assert counted(align([], ["hallo"])) == WordErrors(0, 0, 0, 1), "as jiwer counts it"
    assert counted(align(["a", "b"], [])) == WordErrors(2, 0, 2, 0)
    assert align([], []) == []


def test_long_texts_are_counted_beyond_the_range_of_small_numbers() -> None:
    reference = [str(n) for n in range(300)]
    transcript = ["x"] * 40_000
    assert counted(align(reference, transcript)).errors == 40_000
