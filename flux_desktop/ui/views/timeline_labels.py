"""Which labels of a timeline's marks are written, and where: the same in every stretch that shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from flux_desktop.ui.models.timeline_facts import Mark, MarkKind

LABEL_MAX_PX = 215
"""Of a confirmed Configure that changes everything; the others are less than half as wide."""
LABELS_APART_PX = 4
_FROM_MARK_PX = 2
_RANKS = {MarkKind.START: 0, MarkKind.RESUMED: 1, MarkKind.EAGER: 2, MarkKind.CONFIGURE: 2}

MarksBetween = Callable[[float, float], Sequence[Mark]]
"""The marks between two positions in seconds."""


class Label(NamedTuple):
    """A label that has room, and its place in pixels."""

    mark: Mark
    left_px: float
    width_px: float
    apart_px: float

    @property
    def rank(self) -> int:
        """A label gives way to one of a higher rank."""
        return _RANKS.get(self.mark.kind, 3)

    def has_room_beside(self, other: Label) -> bool:
        """Whether both can be written."""
        first, second = (self, other) if self.left_px <= other.left_px else (other, self)
        return second.left_px >= first.left_px + first.width_px + self.apart_px

    def crosses(self, px: float) -> bool:
        """Whether a place lies in the label or in the room around it."""
        return self.left_px - self.apart_px / 2 < px < self.left_px + self.width_px + self.apart_px / 2


class TimelineLabels:
    """Decides block by block; what is written in a block depends only on the marks around it.

    Of the labels that cross the edge of two blocks, the most important one is written, unless one that is still more
    important is beside it. All others lie within a block.
    """

    def __init__(self, width_of: Callable[[str], float], px_per_s: float, scale: float) -> None:
        self._width_of = lru_cache(4096)(width_of)
        self._px_per_s = px_per_s
        self._wide_px = LABEL_MAX_PX * scale
        self._apart_px = LABELS_APART_PX * scale
        self._block_px = 2 * self._wide_px
        self._reach_px = 2 * self._wide_px + _FROM_MARK_PX
        """How far from a block a mark can have a say in it."""
        self._blocks: dict[int, list[Label]] = {}

    def between(self, left_px: float, right_px: float, marks_between: MarksBetween) -> list[Label]:
        """The labels of which some may be seen between two places; one across an edge is of the block after it."""
        first, last = ((left_px - self._wide_px) // self._block_px, (right_px + self._wide_px) // self._block_px)
        blocks = range(int(first), int(last) + 1)
        return [label for number in blocks for label in self._block(number, marks_between)]

    def changed_from(self, px: float, marks_between: MarksBetween) -> float:
        """Decide again after marks have changed from `px` on; the first place where something else is written now."""
        if px == -math.inf:
            self._blocks.clear()
            return px
        stale = [number for number in self._blocks if (number + 1) * self._block_px + self._reach_px >= px]
        first_px = math.inf
        for number in stale:
            before = self._blocks.pop(number)
            others = set(before) ^ set(self._block(number, marks_between))
            first_px = min(first_px, *(label.left_px for label in others), math.inf)
        return first_px

    def _block(self, number: int, marks_between: MarksBetween) -> list[Label]:
        if number not in self._blocks:
            left, right = number * self._block_px, (number + 1) * self._block_px
            from_s, until_s = (left - self._reach_px) / self._px_per_s, (right + self._reach_px) / self._px_per_s
            labels = [self._label(mark) for mark in marks_between(from_s, until_s) if mark.label]
            labels.sort(key=lambda label: label.rank, reverse=True)
            first, last = _crossing(labels, left), _crossing(labels, right)
            visible = [*first, *last]
            for label in labels:
                within = left <= label.left_px < right and not label.crosses(left) and not label.crosses(right)
                if within and all(label.has_room_beside(other) for other in visible):
                    visible.append(label)
            self._blocks[number] = [label for label in visible if label not in last]
        return self._blocks[number]

    def _label(self, mark: Mark) -> Label:
        """What an eager end gained is written before its mark, everything else after it."""
        width, x = self._width_of(mark.label), mark.at_s * self._px_per_s
        left = x - width - _FROM_MARK_PX if mark.kind is MarkKind.EAGER else x + _FROM_MARK_PX
        return Label(mark, left, width, self._apart_px)


def _crossing(labels: Sequence[Label], edge_px: float) -> list[Label]:
    """The label that is written across an edge, or none; `labels` begin with the most important ones."""
    first = next((label for label in labels if label.crosses(edge_px)), None)
    if first is None or any(label.rank > first.rank and not label.has_room_beside(first) for label in labels):
        return []
    return [first]
