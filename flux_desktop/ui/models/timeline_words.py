"""Where the words of a turn are written on a timeline: each at its time, or joined where they have too little room."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from flux_desktop.ui.models.timeline_facts import TimelineTurn, TimelineWord

JOIN_BELOW_S = 0.3
"""Words closer together than this are written as one text where they do not fit one by one."""
SPACE_PX = 4.0
"""Between two texts at least; with large type as much as a space is wide."""


@dataclass(slots=True, frozen=True)
class PlacedText:
    """A text with its place in pixels; what does not fit into its width is elided."""

    text: str
    left_px: float
    width_px: float


def placed_words(
    turn: TimelineTurn,
    now_s: float,
    px_per_s: float,
    width_of: Callable[[str], float],
    until_s: float = math.inf,
) -> list[PlacedText]:
    """The texts of a turn. A turn whose words have no times is one text, as long as the turn.

    An end of turn arrives late: where the words of the next turn begin at `until_s` already, these end there.
    """
    space_px = max(SPACE_PX, width_of(" "))
    if not turn.words:
        left = turn.start_s * px_per_s
        right = min(now_s if turn.end_s is None else turn.end_s, until_s) * px_per_s - space_px
        return [PlacedText(turn.card.text, left, right - left)] if turn.card.text and right > left else []
    placed: list[PlacedText] = []
    groups = _groups(turn.words)
    for place, group in enumerate(groups):
        left = group[0].start_s * px_per_s
        last = place + 1 == len(groups)
        end_s = (
            max(group[-1].end_s, now_s if turn.end_s is None else turn.end_s) if last else groups[place + 1][0].start_s
        )
        edges = [*(word.start_s * px_per_s for word in group[1:]), min(end_s, until_s) * px_per_s]
        apart = [
            PlacedText(word.text, word.start_s * px_per_s, edge - space_px - word.start_s * px_per_s)
            for word, edge in zip(group, edges, strict=True)
        ]
        if all(width_of(each.text) <= each.width_px for each in apart):
            placed += apart
        else:
            text = " ".join(word.text for word in group)
            placed.append(PlacedText(text, left, max(0.0, edges[-1] - space_px - left)))
    return placed


def _groups(words: tuple[TimelineWord, ...]) -> list[list[TimelineWord]]:
    groups = [[words[0]]]
    for word in words[1:]:
        if word.start_s - groups[-1][-1].end_s < JOIN_BELOW_S:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups
