"""Where the samples of a WAV file are, whatever its header states."""

from __future__ import annotations

import io
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.audio.wav import FLOAT, PCM, WavError, WavLayout, is_wav, read_layout
from tests.audio.wav_bytes import SAMPLES, chunk, data, ds64, extensible, fmt, riff

IN_DS64 = 0xFFFFFFFF
LIST = chunk(b"LIST", b"INFOISFT" + b"\x06\0\0\0" + b"abcdef")


def layout_of(content: bytes) -> WavLayout:
    return read_layout(io.BytesIO(content))


def samples_of(content: bytes) -> bytes:
    layout = layout_of(content)
    return content[layout.data_offset : layout.data_offset + layout.data_bytes]


def test_plain_pcm() -> None:
    layout = layout_of(riff(fmt(channels=2, rate=44100), data()))
    assert layout[:4] == (PCM, 2, 44100, 16)
    assert (layout.frame_bytes, layout.data_bytes, layout.is_truncated) == (4, 16, False)


@pytest.mark.parametrize("tag", [PCM, FLOAT])
def test_an_extensible_header_states_the_format_in_its_sub_format(tag: int) -> None:
    assert layout_of(riff(extensible(tag, bits=32), data())).format_tag == tag


def test_other_chunks_before_and_after_are_passed_over() -> None:
    odd = chunk(b"junk", b"abc")
    assert samples_of(riff(odd, LIST, fmt(), odd, data(), LIST, b"trailing")) == SAMPLES


def test_an_odd_chunk_without_its_pad_byte_is_passed_over() -> None:
    assert samples_of(riff(fmt(), chunk(b"LIST", b"INFOhello", pad=b""), data())) == SAMPLES


def test_a_pad_byte_need_not_be_zero() -> None:
    assert samples_of(riff(fmt(), chunk(b"LIST", b"INFOhello", pad=b"x"), data())) == SAMPLES


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFDB, 0xFFFFFFFF])
@pytest.mark.parametrize("riff_size", [0, None, 0xFFFFFFFF])
def test_a_length_that_was_never_filled_in_means_to_the_end_of_the_file(size: int, riff_size: int | None) -> None:
    content = riff(fmt(), LIST, data(size=size), size=riff_size)
    assert samples_of(content) == SAMPLES
    assert not layout_of(content).is_truncated


def test_a_length_of_zero_means_zero_where_only_chunks_follow() -> None:
    assert samples_of(riff(fmt(), data(b""), LIST, LIST)) == b""
    assert samples_of(riff(fmt(), data(b""))) == b""


def test_a_length_beyond_the_file_is_reported() -> None:
    content = riff(fmt(), data(size=5_000_000))
    assert samples_of(content) == SAMPLES
    assert layout_of(content).is_truncated


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
def test_64_bit_sizes_end_the_samples_before_the_chunks_that_follow(magic: bytes) -> None:
    content = riff(ds64(len(SAMPLES)), fmt(), data(size=IN_DS64), LIST, magic=magic, size=IN_DS64)
    assert samples_of(content) == SAMPLES


def test_64_bit_sizes_of_other_chunks_are_in_the_table() -> None:
    table = b"junk" + struct.pack("<Q", 6)
    sizes = ds64(len(SAMPLES), table, entries=1)
    content = riff(sizes, chunk(b"junk", b"abcdef", size=IN_DS64), fmt(), data(size=IN_DS64), LIST, magic=b"RF64")
    assert samples_of(content) == SAMPLES


@pytest.mark.parametrize("stated", [0, 2**63])
def test_64_bit_sizes_may_be_wrong_too(stated: int) -> None:
    assert samples_of(riff(ds64(stated), fmt(), data(size=IN_DS64), magic=b"RF64")) == SAMPLES


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (riff(data()), "does not state the sample format"),
        (riff(fmt()), "no audio data"),
        (riff(fmt(channels=0), data()), "0 channels"),
        (riff(chunk(b"fmt ", b"abcd")), "incomplete"),
        (riff(), "incomplete"),
        (riff(chunk(b"LIST", b"abcd", size=1000), fmt(), data()), "incomplete"),
        (b"RIFF", "not a WAV file"),
    ],
)
def test_samples_that_cannot_be_located(content: bytes, why: str) -> None:
    with pytest.raises(WavError, match=why):
        layout_of(content)


def test_what_is_a_wav_file() -> None:
    assert is_wav(b"RIFF\0\0\0\0WAVE")
    assert not is_wav(b"RIFF\0\0\0\0AVI ")
    assert not is_wav(b"RIFX\0\0\0\0WAVE")


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(min_size=1, max_size=8))
def test_no_header_can_do_harm(tail: bytes, at: int, garbage: bytes) -> None:
    content = bytearray(riff(fmt(), data()) + tail)
    content[at : at + len(garbage)] = garbage
    began_s = time.thread_time()
    try:
        layout = layout_of(bytes(content))
    except WavError:
        pass
    else:
        assert 0 < layout.data_offset <= layout.data_offset + layout.data_bytes <= len(content)
    assert time.thread_time() - began_s < 1
