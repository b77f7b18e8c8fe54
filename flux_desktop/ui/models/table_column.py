"""A column of a table as plain data, and the order that it gives to the rows. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class TableColumn[Row]:
    """One column: its heading, what it means, its words, and what it is sorted by (None sorts last)."""

    name: str
    meaning: str
    words: Callable[[Row], str]
    key: Callable[[Row], float | str | None]
    width_px: int
    right: bool = False

    def ordered(self, rows: Iterable[Row], *, descending: bool) -> list[Row]:
        """The rows by this column; what has no value stands last, rows of the same value keep their order."""
        values: list[tuple[Any, Row]] = [(self.key(row), row) for row in rows]
        known = [pair for pair in values if pair[0] is not None]
        known.sort(key=itemgetter(0), reverse=descending)
        return [row for _value, row in known] + [row for value, row in values if value is None]
