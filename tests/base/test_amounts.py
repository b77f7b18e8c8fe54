"""A number with its noun: singular, plural and grouped thousands; a size with its unit."""

from __future__ import annotations

import pytest

from flux_desktop.base.amounts import amount, size_words


@pytest.mark.parametrize(
    ("number", "plural", "shown"),
    [
        (0, None, "0 turns"),
        (1, None, "1 turn"),
        (2, None, "2 turns"),
        (1, "x", "1 turn"),
        (2, "turnings", "2 turnings"),
        (64_840, None, "64,840 turns"),
    ],
)
def test_singular_plural_and_thousands(number: int, plural: str | None, shown: str) -> None:
    assert amount(number, "turn", plural) == shown


def test_a_small_size_is_not_nothing() -> None:
    assert [size_words(count) for count in (36_400, 150_000, 6_400_000, 2e9, 5e13)] == [
        "36 kB",
        "150 kB",
        "6.4 MB",
        "2.0 GB",
        "50,000.0 GB",
    ]
