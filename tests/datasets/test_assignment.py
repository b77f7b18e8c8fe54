"""Which clips a connection sends."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.datasets import assignment
from flux_desktop.datasets.assignment import clip_order


def taken(connections: int, clips: int, seed: int, each: int) -> list[list[int]]:
    return [list(islice(clip_order(conn, connections, clips, seed), each)) for conn in range(1, connections + 1)]


@given(st.integers(1, 20), st.integers(1, 30), st.integers(0, 5))
def test_no_clip_is_repeated_until_all_were_used(connections: int, clips: int, seed: int) -> None:
    rows = taken(connections, clips, seed, each=clips)
    in_turn = [clip for step in zip(*rows, strict=True) for clip in step]
    for first in range(0, len(in_turn) - clips + 1, clips):
        assert sorted(in_turn[first : first + clips]) == list(range(clips))


def test_the_same_seed_gives_the_same_load_and_another_another() -> None:
    assert taken(5, 40, 1, 20) == taken(5, 40, 1, 20)
    assert taken(5, 40, 1, 20) != taken(5, 40, 2, 20)
    assert taken(1, 40, 1, 3) == [[39, 4, 18]]  # as on every machine and Python


def test_no_clips_no_order() -> None:
    assert list(clip_order(1, 1, 0, 0)) == []


def test_connections_share_the_order_of_a_round() -> None:
    assert assignment._shuffled(1_000, 5, 0) is assignment._shuffled(1_000, 5, 0)
    for conn in range(1, 1_001):
        assert next(assignment.clip_order(conn, 1_000, 1_000, 5)) == assignment._shuffled(1_000, 5, 0)[conn - 1]
