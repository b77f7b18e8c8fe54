"""A number with its noun: singular, plural and grouped thousands."""

from __future__ import annotations

import pytest

from flux_desktop.base.amounts import amount


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
