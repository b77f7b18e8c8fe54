"""The bytes of one connection."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.sending.chunk_source import (
    BLOCK_BYTES,
    SHARED_CHUNKS,
    ChunkSource,
    DiskChunkSource,
    SharedChunks,
    silence,
)
from tests.engine.sending.memory_chunks import MemoryChunkSource


class Disk:
    """Blocks of a recording that come when the test says so."""

    silence_byte = b"\xff"

    def __init__(self, audio: bytes) -> None:
        self.size_bytes = len(audio)
        self._audio = audio
        self.requested: list[int] = []
        self.pending: list[tuple[Future[bytes], int]] = []

    def read(self, index: int) -> Future[bytes]:
        self.requested.append(index)
        self.pending.append((Future(), index))
        return self.pending[-1][0]

    def deliver(self) -> None:
        for future, index in self.pending:
            future.set_result(self._audio[index * BLOCK_BYTES : (index + 1) * BLOCK_BYTES])
        self.pending.clear()


def drained(chunks: ChunkSource, at_most: int = 1_000_000) -> list[bytes]:
    drained_chunks = []
    while chunks.next_bytes() and len(drained_chunks) < at_most:
        size, chunk = chunks.next_bytes(), chunks.take()
        assert chunk is not None
        assert len(chunk) == size
        drained_chunks.append(chunk)
    return drained_chunks


@given(st.binary(max_size=50), st.integers(1, 20))
def test_a_file_is_sent_once_whole_with_only_the_last_chunk_short(audio: bytes, size: int):
    chunks = drained(MemoryChunkSource(audio, size, loop=False, limit_bytes=None))
    assert b"".join(chunks) == audio
    assert all(len(chunk) == size for chunk in chunks[:-1])


@given(st.binary(min_size=1, max_size=50), st.integers(1, 20), st.integers(0, 300))
def test_a_loop_has_no_seam_and_ends_at_its_limit(audio: bytes, size: int, limit: int):
    chunks = drained(MemoryChunkSource(audio, size, loop=True, limit_bytes=limit))
    assert b"".join(chunks) == (audio * (limit // len(audio) + 1))[:limit]
    assert all(len(chunk) == size for chunk in chunks[:-1])


def test_a_loop_without_limit_continues():
    chunks = MemoryChunkSource(b"abc", 2, loop=True, limit_bytes=None)
    assert drained(chunks, 4) == [b"ab", b"ca", b"bc", b"ab"]


@given(st.integers(0, 40))
def test_what_is_left_out_moves_the_rest_to_the_same_place(left_out: int):
    audio = bytes(range(100))
    for loop in (False, True):
        all_of_it = drained(MemoryChunkSource(audio, 7, loop=loop, limit_bytes=280))
        chunks = MemoryChunkSource(audio, 7, loop=loop, limit_bytes=280)
        for _ in range(min(left_out, len(all_of_it))):
            chunks.skip()
        assert drained(chunks) == all_of_it[left_out:]


AUDIO = bytes(range(256)) * (BLOCK_BYTES * 3 // 256 + 1)


@pytest.mark.parametrize("loop", [False, True])
def test_a_recording_on_disk_is_sent_like_one_in_memory(loop: bool):
    disk = Disk(AUDIO)
    limit = 2 * len(AUDIO) + 1000
    chunks = DiskChunkSource(disk, 2560, pytest.fail, loop=loop, limit_bytes=limit)
    sent_audio = bytearray()
    while chunks.next_bytes():
        disk.deliver()
        chunk = chunks.take()
        assert chunk is not None
        sent_audio += chunk
    assert sent_audio == ((AUDIO * 3)[:limit] if loop else AUDIO)


def test_one_block_is_read_ahead_and_no_more():
    disk = Disk(AUDIO)
    chunks = DiskChunkSource(disk, BLOCK_BYTES // 2, pytest.fail, loop=False, limit_bytes=None)
    assert disk.requested == [0, 1]
    assert chunks.take() is None
    disk.deliver()
    assert [len(chunks.take() or b"") for _ in range(2)] == [BLOCK_BYTES // 2] * 2
    assert disk.requested == [0, 1]
    chunks.take()
    assert disk.requested == [0, 1, 2]


def test_a_gap_is_passed_over_without_reading_it():
    disk = Disk(AUDIO)
    chunks = DiskChunkSource(disk, BLOCK_BYTES, pytest.fail, loop=False, limit_bytes=None)
    for _ in range(3):
        chunks.skip()
    assert chunks.take() is None
    disk.deliver()
    assert chunks.take() == AUDIO[3 * BLOCK_BYTES :]
    assert disk.requested == [0, 1, 3]


def test_a_block_that_cannot_be_read_is_silence_and_a_problem():
    disk, problems = Disk(AUDIO), []
    chunks = DiskChunkSource(disk, 100, problems.append, loop=False, limit_bytes=None)
    problem = Problem(code="audio_unreadable", what="The disk is broken.")
    disk.pending[0][0].set_exception(ProblemError(problem))
    assert chunks.take() == b"\xff" * 100
    assert problems == [problem]


def test_a_recording_that_is_shorter_than_stated_is_filled_up():
    disk = Disk(AUDIO)
    disk.size_bytes += 500
    chunks = DiskChunkSource(disk, BLOCK_BYTES * 4, pytest.fail, loop=False, limit_bytes=None)
    chunk = None
    while chunk is None:
        disk.deliver()
        chunk = chunks.take()
    assert chunk == AUDIO + b"\xff" * 500


def test_silence_by_encoding():
    assert silence("mulaw", 2) == b"\xff\xff"
    assert silence("alaw", 1) == b"\xd5"


def test_connections_that_send_the_same_recording_share_its_chunks():
    shared, chunks = SharedChunks(), []
    for _ in range(2):
        disk = Disk(AUDIO)
        source = DiskChunkSource(disk, 2560, pytest.fail, loop=False, limit_bytes=None, shared=shared)
        disk.deliver()
        chunks.append(drained(source, 20))
    assert b"".join(chunks[0]) == AUDIO[: 20 * 2560] == b"".join(chunks[1])
    assert all(one is other for one, other in zip(chunks[0][1:], chunks[1][1:], strict=True)), "all but the very first"


def test_a_limited_number_of_chunks_is_kept_for_others():
    shared, block = SharedChunks(), bytes(BLOCK_BYTES)
    first = shared.cut(block, 0, 100, 0)
    assert shared.chunks[0, 100] is first
    for position in range(1, SHARED_CHUNKS + 1):
        shared.cut(block, 0, 100, position)
    assert len(shared.chunks) == SHARED_CHUNKS
    assert (0, 100) not in shared.chunks
