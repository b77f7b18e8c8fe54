"""Which clips a connection sends, and in which order: the same for the same seed, whatever machine or worker asks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache

TRAILING_SILENCE_S = 2.0
"""Usual silence after a clip. A setting with a long timeout needs more of it."""


def clip_order(conn: int, connections: int, clips: int, seed: int) -> Iterator[int]:
    """Indices of the clips of connection `conn` (from 1), one after another, without end.

    The clips are shuffled once a round; connections take them in turn, so that none is used again before every other
    one was. In later rounds each connection continues where its neighbour was, in a new order.
    """
    if clips < 1:
        return
    position = conn - 1
    order: tuple[int, ...] = ()
    order_of = -1
    while True:
        round_, place = divmod(position, clips)
        if round_ != order_of:
            order, order_of = _shuffled(clips, seed, round_), round_
        yield order[place]
        position += connections


@lru_cache(maxsize=8)
def _shuffled(clips: int, seed: int, round_: int) -> tuple[int, ...]:
    """Kept, because every connection asks for it: ten thousand of them for ten thousand clips take a minute else."""
    order = list(range(clips))
    random.Random(f"{seed}/{round_}").shuffle(order)  # noqa: S311 - a load, not a secret
    return tuple(order)
