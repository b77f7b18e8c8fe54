"""The bytes of one stream."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.engine.sending.chunk_source import FileChunkSource, silence


def drained(feed: FileChunkSource) -> list[bytes]:
    return list(iter(feed.next_chunk, None))


@given(st.binary(max_size=50), st.integers(1, 20))
def test_a_file_is_sent_once_whole_with_only_the_last_chunk_short(audio: bytes, size: int):
    chunks = drained(FileChunkSource(audio, size, loop=False, limit_bytes=None))
    assert b"".join(chunks) == audio
    assert all(len(chunk) == size for chunk in chunks[:-1])


@given(st.binary(min_size=1, max_size=50), st.integers(1, 20), st.integers(0, 300))
def test_a_loop_has_no_seam_and_ends_at_its_limit(audio: bytes, size: int, limit: int):
    chunks = drained(FileChunkSource(audio, size, loop=True, limit_bytes=limit))
    assert b"".join(chunks) == (audio * (limit // len(audio) + 1))[:limit]
    assert all(len(chunk) == size for chunk in chunks[:-1])


def test_a_loop_without_limit_goes_on():
    feed = FileChunkSource(b"abc", 2, loop=True, limit_bytes=None)
    assert list(islice(iter(feed.next_chunk, None), 4)) == [b"ab", b"ca", b"bc", b"ab"]


def test_silence_by_encoding():
    assert silence("mulaw", 2) == b"\xff\xff"
    assert silence("alaw", 1) == b"\xd5"
