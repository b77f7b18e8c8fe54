"""Recordings on disk as they are sent."""

from __future__ import annotations

import errno
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.encoding import encode
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.measuring.run_totals import AUDIO_SILENCED
from flux_desktop.engine.sending import wire_audio
from flux_desktop.engine.sending.chunk_source import BLOCK_BYTES
from flux_desktop.engine.sending.wire_audio import ReaderThreads, WireAudio
from flux_desktop.flux.defaults import Encoding

NOISE = (np.random.default_rng(7).standard_normal(100_000) * 3000).astype(np.int16)


@pytest.fixture
def threads() -> Iterator[ReaderThreads]:
    threads = ReaderThreads()
    yield threads
    running = list(threads._threads)
    threads.close()
    for thread in running:
        thread.join(5)


def written(folder: Path, name: str, rate_hz: int = 16_000, samples: np.ndarray = NOISE) -> Path:
    soundfile.write(folder / name, samples, rate_hz)
    return folder / name


def all_of(audio: WireAudio) -> bytes:
    return b"".join(audio.read(index).result(10) for index in range(-(-audio.size_bytes // BLOCK_BYTES)))


@pytest.mark.parametrize("encoding", ["linear16", "mulaw"])
@pytest.mark.parametrize(("name", "rate_hz"), [("a.wav", 16_000), ("a.flac", 16_000), ("a.flac", 44_100)])
def test_the_blocks_are_the_encoded_recording(
    tmp_path: Path, threads: ReaderThreads, encoding: Encoding, name: str, rate_hz: int
) -> None:
    recording = open_recording(written(tmp_path, name, rate_hz))
    audio = WireAudio(recording, encoding, threads)
    wanted = encode(recording.pcm(), encoding)
    assert audio.size_bytes == len(wanted)
    assert all_of(audio) == wanted
    assert audio.read(0).result(5) == wanted[:BLOCK_BYTES]  # a loop begins again
    audio.close()


def test_blocks_may_be_asked_for_in_any_order(tmp_path: Path, threads: ReaderThreads) -> None:
    recording = open_recording(written(tmp_path, "a.flac"))
    audio = WireAudio(recording, "linear16", threads)
    pcm = recording.pcm()
    for index in (2, 0, 3, 1):
        assert audio.read(index).result(5) == pcm[index * BLOCK_BYTES : (index + 1) * BLOCK_BYTES]
    audio.close()


def test_connections_share_a_block(tmp_path: Path, threads: ReaderThreads) -> None:
    audio = WireAudio(open_recording(written(tmp_path, "a.wav")), "linear16", threads)
    assert audio.read(1).result(5) is audio.read(1).result(5)
    audio.close()


def test_memory_does_not_grow_with_the_recording(tmp_path: Path, threads: ReaderThreads) -> None:
    path = written(tmp_path, "long.wav", samples=np.zeros(8_000_000, np.int16))
    tracemalloc.start()
    try:
        audio = WireAudio(open_recording(path), "linear16", threads)
        assert len(all_of(audio)) == 16_000_000
        tracemalloc.reset_peak()
        for index in range(audio.size_bytes // BLOCK_BYTES):
            audio.read(index).result(5)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    audio.close()


def test_damage_in_the_middle_fails_the_block_alone(tmp_path: Path, threads: ReaderThreads) -> None:
    path = written(tmp_path, "a.flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    path.write_bytes(content)
    audio = WireAudio(open_recording(path), "linear16", threads)
    assert len(audio.read(0).result(5)) == BLOCK_BYTES
    with pytest.raises(ProblemError, match="is damaged between"):
        audio.read(2).result(5)
    audio.close()


def test_a_file_that_was_shortened_after_it_was_chosen_is_reported(tmp_path: Path, threads: ReaderThreads) -> None:
    path = written(tmp_path, "a.wav")
    recording = open_recording(path)
    path.write_bytes(path.read_bytes()[: BLOCK_BYTES + 1000])
    audio = WireAudio(recording, "linear16", threads)
    assert len(audio.read(0).result(5)) == BLOCK_BYTES
    with pytest.raises(ProblemError, match="ended before its time; silence is sent instead") as raised:
        audio.read(1).result(5)
    assert raised.value.problem.code == AUDIO_SILENCED, "by which the run becomes INVALID"
    audio.close()


def test_a_full_disk_for_decoded_audio_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, "a.wav"))
    problem = wire_audio._reading_problem(recording, OSError(errno.ENOSPC, "No space left on device"))
    assert problem.what == "a.wav could not be read to its end; silence is sent instead."
    assert problem.why == f"No space is left in {tempfile.gettempdir()}, where it is decoded."


def test_closing_does_not_wait_for_a_disk_that_hangs() -> None:
    threads, hanging = ReaderThreads(), Event()
    reading = threads.submit(lambda: b"" if hanging.wait(30) else b"late")
    running = list(threads._threads)
    threads.close()
    assert not reading.done()
    hanging.set()
    for thread in running:
        thread.join(5)
        assert not thread.is_alive()
