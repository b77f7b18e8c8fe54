"""Sequences of hours: the newest items as objects, the older ones in a side file."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from flux_desktop.base.side_store import SideFile, StoredList

NEWEST_KEPT = 64
"""Items that may still be changed, moved or removed."""
DECODED_KEPT = 3_000
"""Older items that were looked at: a timeline that shows an hour looks at all of them for every frame."""
BLOCK = 256
"""Points that are stored together."""


class History[T](Sequence[T]):
    """Items of one msgspec-encodable type in order, of which the newest `NEWEST_KEPT` can still change.

    Only these are the objects that were added. An older item is decoded when it is looked at, as a new object, which is
    kept for a while.
    """

    def __init__(self, item: type[T], side_file: SideFile) -> None:
        self._older = StoredList(item, side_file)
        self._newest: list[T] = []
        self._decoded: dict[int, T] = {}

    def append(self, item: T) -> None:
        """Add an item at the end."""
        self._newest.append(item)
        self._store()

    def insert(self, position: int, item: T) -> None:
        """Add an item among the newest; one that belongs before them becomes the first of these."""
        self._newest.insert(max(0, position - len(self._older)), item)
        self._store()

    def remove(self, item: T) -> None:
        """Remove one of the newest items; raises `ValueError` for any other."""
        self._newest.remove(item)

    def newest(self) -> Iterator[tuple[int, T]]:
        """The items that can still change, with their indices; the last one first."""
        older = len(self._older)
        return ((older + place, self._newest[place]) for place in range(len(self._newest) - 1, -1, -1))

    def replace(self, index: int, item: T) -> None:
        """Put an item in the place of one of the newest."""
        self._newest[index - len(self._older)] = item

    def left(self, value: float, key: Callable[[T], float]) -> int:
        """Index of the first item whose key is at least `value`; keys must not go back."""
        if self._newest and key(self._newest[0]) < value:
            return len(self._older) + bisect_left(self._newest, value, key=key)
        return bisect_left(self, value, hi=len(self._older) + (1 if self._newest else 0), key=key)

    def right(self, value: float, key: Callable[[T], float]) -> int:
        """Index of the first item whose key is greater than `value`; keys must not go back."""
        if self._newest and key(self._newest[0]) <= value:
            return len(self._older) + bisect_right(self._newest, value, key=key)
        return bisect_right(self, value, hi=len(self._older) + (1 if self._newest else 0), key=key)

    def _store(self) -> None:
        if len(self._newest) > NEWEST_KEPT:
            self._older.append(self._newest.pop(0))

    def __len__(self) -> int:
        return len(self._older) + len(self._newest)

    def __iter__(self) -> Iterator[T]:
        yield from self._older
        yield from self._newest

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = index if index >= 0 else index + len(self)
        if not 0 <= row < len(self):
            raise IndexError(index)
        older = len(self._older)
        return self._decode(row) if row < older else self._newest[row - older]

    def _decode(self, row: int) -> T:
        item = self._decoded.get(row)
        if item is None:
            if len(self._decoded) >= DECODED_KEPT:
                self._decoded.clear()
            item = self._decoded[row] = self._older[row]
        return item


class PointHistory:
    """Points (x, y) whose x never goes back, in single precision; all but the newest `BLOCK` in a side file."""

    def __init__(self, side_file: SideFile) -> None:
        self._blocks = StoredList(bytes, side_file)
        self._begin = array("f")
        """The x with which each block begins."""
        self._points = array("f")
        """Those after the blocks: x and y in turn."""
        self.last_x = float("-inf")

    def append(self, x: float, y: float) -> None:
        """Add a point."""
        self.last_x = x
        self._points.extend((x, y))
        if len(self._points) == 2 * BLOCK:
            self._begin.append(self._points[0])
            self._blocks.append(self._points.tobytes())
            self._points = array("f")

    def between(self, from_x: float, until_x: float) -> list[tuple[float, float]]:
        """The points in between, with the one before and the one after."""
        first = max(0, bisect_left(self._begin, from_x) - 1)
        last = bisect_right(self._begin, until_x) + 1
        points = array("f", b"".join(self._blocks[n] for n in range(first, min(last, len(self._blocks)))))
        if last > len(self._blocks):
            points.extend(self._points)
        xs = points[::2]
        shown = slice(max(0, bisect_left(xs, from_x) - 1), bisect_right(xs, until_x) + 1)
        return list(zip(xs[shown], points[1::2][shown], strict=True))

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._points) // 2
