"""Clips are sent one after another, and what a gap takes is not sent late."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.sending.clip_sequence import ClipSequence, LeftOut
from tests.engine.sending.memory_chunks import MemoryChunkSource


def test_a_gap_may_leave_out_whole_clips() -> None:
    started: list[int] = []
    sequence = ClipSequence(
        [
            lambda value=value: MemoryChunkSource(bytes([value]) * 10, 4, loop=False, limit_bytes=None)
            for value in (1, 2, 3)
        ],
        None,
        lambda: started.append(-1),
        lambda place, _: started.append(place),
        lambda _: None,
    )
    for _ in range(4):
        sequence.skip()
    assert sequence.take() == bytes([2]) * 4
    rest = []
    while sequence.next_bytes():
        rest.append(sequence.take() or b"")
    assert b"".join(rest) == bytes([2]) * 2 + bytes([3]) * 10
    assert started == [-1, 0, 1, 2]


def test_a_clip_that_cannot_be_decoded_has_no_chunks() -> None:
    clip = LeftOut(Problem(code="clip_left_out", what="It is damaged."))
    with pytest.raises(ProblemError, match="It is damaged"):
        clip.begin()
    clip.skip()
    assert (clip.next_bytes(), clip.take()) == (0, None)
    clip.end()
