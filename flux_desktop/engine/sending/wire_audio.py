"""A recording on disk in the encoding of the wire, shared by the connections that send it.

A file that is sent as it is, is read in place. Every other one is decoded once, as far as it is needed, into a
temporary file without a name. Blocks are read on daemon threads: neither a slow disk nor the decoder stops the loop.
"""

from __future__ import annotations

import errno
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from tempfile import TemporaryFile, gettempdir
from typing import BinaryIO

from flux_desktop.audio.decoding import Samples
from flux_desktop.audio.encoding import encode, sample_bytes
from flux_desktop.audio.recording import Recording
from flux_desktop.audio.source_file import open_audio, open_problem
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.run_totals import AUDIO_SILENCED
from flux_desktop.engine.sending.chunk_source import BLOCK_BYTES, silence
from flux_desktop.flux.defaults import Encoding

READERS = 2
_SHARED_BLOCKS = 4
"""Blocks kept for other connections, which send the same a little later: 256 kB for each recording."""

_Work = tuple[Future[bytes], Callable[[], bytes]]


class ReaderThreads:
    """Threads that read blocks in the order of the requests; `close` returns at once, whatever a disk does."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, read: Callable[[], bytes]) -> Future[bytes]:
        """Have a block read."""
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._run, name="reading audio", daemon=True) for _ in range(READERS)
            ]
            for thread in self._threads:
                thread.start()
        future: Future[bytes] = Future()
        self._work.put((future, read))
        return future

    def close(self) -> None:
        """End the threads when they have done what was requested."""
        for _ in self._threads:
            self._work.put(None)
        self._threads = []

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            future, read = work
            try:
                future.set_result(read())
            except BaseException as error:  # boundary: whatever it is, it belongs to who asked for the block
                future.set_exception(error)


class WireAudio:
    """Blocks of a recording as they are sent; `read` is called on the loop, the rest runs on a reader's thread."""

    def __init__(
        self,
        recording: Recording,
        encoding: Encoding,
        threads: ReaderThreads,
        *,
        first_frame: int = 0,
        frames: int | None = None,
        pause_frames: int = 0,
    ) -> None:
        """With `first_frame` and `frames` a part of the recording; it ends where the recording does.

        `size_bytes` includes `pause_frames` of silence after it, which blocks do not contain.
        """
        left = max(0, recording.frames - first_frame)
        self._audio_bytes = (left if frames is None else min(frames, left)) * sample_bytes(encoding)
        self.size_bytes = self._audio_bytes + pause_frames * sample_bytes(encoding)
        self._first_frame = first_frame
        self.silence_byte = silence(encoding, 1)
        self._recording = recording
        self._encoding = encoding
        self._threads = threads
        self._shared: OrderedDict[int, Future[bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._offset = 0
        self._decoded: Iterator[bytes] | None = None
        self._decoded_bytes = 0

    def read(self, index: int) -> Future[bytes]:
        """Begin to read block `index`, or share it with a connection that has requested it lately."""
        future = self._shared.pop(index, None) or self._threads.submit(lambda: self._read_block(index))
        self._shared[index] = future
        if len(self._shared) > _SHARED_BLOCKS:
            self._shared.popitem(last=False)
        return future

    def close(self) -> None:
        """Close the file, after a block that is being read."""
        if self._shared:  # else it was never opened
            self._shared.clear()
            self._threads.submit(self._close)

    def _read_block(self, index: int) -> bytes:
        with self._lock:
            try:
                if self._file is None:
                    self._open()
                assert self._file is not None
                self._decode_to((index + 1) * BLOCK_BYTES)
                self._file.seek(self._offset + index * BLOCK_BYTES)
                expected = max(0, min(BLOCK_BYTES, self._audio_bytes - index * BLOCK_BYTES))
                block = self._file.read(expected)
            except OSError as error:
                raise ProblemError(_reading_problem(self._recording, error)) from error
        if len(block) < expected:  # the file was intact when it was chosen
            raise ProblemError(_ended_early(self._recording))
        return block

    def _open(self) -> None:
        layout = self._recording.unchanged
        if layout is not None and self._encoding == "linear16":
            self._file = open_audio(self._recording.path)
            self._offset = layout.data_offset + 2 * self._first_frame
            return
        self._file = TemporaryFile(prefix="flux-audio-")  # noqa: SIM115 - closed by `_close`
        blocks = _without_first(self._recording.blocks(BLOCK_BYTES // 2), self._first_frame)
        self._decoded = (encode(block.tobytes(), self._encoding) for block in blocks)

    def _decode_to(self, end_bytes: int) -> None:
        while self._decoded is not None and self._decoded_bytes < end_bytes:
            assert self._file is not None
            if (data := next(self._decoded, None)) is None:
                self._decoded = None
                return
            self._file.seek(self._decoded_bytes)
            self._file.write(data)
            self._decoded_bytes += len(data)

    def _close(self) -> bytes:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = self._decoded = None
        return b""


def _without_first(blocks: Iterator[Samples], frames: int) -> Iterator[Samples]:
    for block in blocks:
        yield block[frames:]
        frames = max(0, frames - len(block))


def _reading_problem(recording: Recording, error: OSError) -> Problem:
    problem = open_problem(recording.path, error)
    if error.errno == errno.ENOSPC:
        why = f"No space is left in {gettempdir()}, where it is decoded."
        problem = Problem(code=AUDIO_SILENCED, what="", why=why, todo="Free space there, then start again.")
    return Problem(
        code=AUDIO_SILENCED,
        what=f"{recording.path.name} could not be read to its end; silence is sent instead.",
        why=problem.why,
        todo=problem.todo,
    )


def _ended_early(recording: Recording) -> Problem:
    return Problem(
        code=AUDIO_SILENCED,
        what=f"{recording.path.name} ended before its time; silence is sent instead.",
        why="The file was changed during the run, or is damaged.",
        todo="Check the file; “flux-stress data check” decodes all of it.",
    )
