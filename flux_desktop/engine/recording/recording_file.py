"""The files of a recording: JSON lines in gzip members, the only place that opens them for reading.

A member is flushed whenever the recorder writes, so that a file without an end can be read up to its last flush; zcat
and zgrep read them too. Files of earlier versions are plain JSON lines.
"""

from __future__ import annotations

import contextlib
import io
import re
import zlib
from collections.abc import Buffer, Callable, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO

from flux_desktop.engine.recording.damage import RecordingDamage

RUN_FILE = "run.jsonl.gz"
LINE_MAX_BYTES = 16 * 1024 * 1024
"""A longer line is not an event of ours and is skipped."""
LEVEL = 1
"""Of compression: higher ones cost several times the processor time for a tenth less space."""
OnRead = Callable[[int], object]
"""Is called with the number of bytes that have been read from the disk since it was called last."""
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
_READ_BYTES = 128 * 1024
_NAME = re.compile(r"(?:run|worker-(\d+))\.jsonl(?:\.gz)?", re.ASCII)


def worker_file(number: int) -> str:
    """The name of the N-th worker's recording, counted from 1."""
    return f"worker-{number}.jsonl.gz"


def recording_files(folder: Path) -> list[Path]:
    """The recording of a session, the run's own file first; all else in the folder is none. Raises `OSError`."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())


def recording_bytes(folder: Path) -> int:
    """The size of a session's recording on disk. Raises `OSError`."""
    return sum(path.stat().st_size for path in recording_files(folder))


def is_run_file(path: PurePath) -> bool:
    """Whether a file is the run's own, by its name."""
    match = _NAME.fullmatch(path.name)
    return match is not None and match[1] is None


def worker_number(path: PurePath) -> int:
    """Which worker a file of a recording belongs to; 0 for the run's own file."""
    match = _NAME.fullmatch(path.name)
    return int(match[1] or 0) if match else 0


def compressor() -> zlib._Compress:
    """A new member of a recording: `compress` lines, then `flush(zlib.Z_SYNC_FLUSH)` what has to be safe."""
    return zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)


def open_recording(path: Path, on_read: OnRead | None = None, damage: RecordingDamage | None = None) -> BinaryIO:
    """The JSON lines of a file, compressed or not, up to where it is cut off or damaged. Raises `OSError`."""
    with contextlib.ExitStack() as stack:
        file = path.open("rb") if on_read is None else io.BufferedReader(_Watched(path, on_read), _READ_BYTES)
        stack.enter_context(file)
        start = file.read(len(_MAGIC))
        file.seek(0)
        stack.pop_all()
    is_packed = start != b"" and _MAGIC.startswith(start)
    if not is_packed:
        return file
    on_damage = partial((damage or RecordingDamage()).broken, path)
    return io.BufferedReader(_Inflated(file, on_damage), _READ_BYTES)


def recorded_lines(path: Path, on_read: OnRead | None = None, damage: RecordingDamage | None = None) -> Iterator[bytes]:
    """The lines of a file, each with its newline but perhaps the last; one that is too long is left out.

    Raises `OSError`, and what `on_read` raises.
    """
    with open_recording(path, on_read, damage) as file:
        whole = True
        while line := file.readline(LINE_MAX_BYTES):
            follows, whole = not whole, line.endswith(b"\n")
            if not follows and (whole or len(line) < LINE_MAX_BYTES):
                yield line


class _Watched(io.FileIO):
    """A file that reports how much of it is read."""

    def __init__(self, path: Path, on_read: OnRead) -> None:
        super().__init__(path)
        self._on_read = on_read

    def readinto(self, buffer: Buffer, /) -> int | None:
        count = super().readinto(buffer)
        self._on_read(count or 0)
        return count


class _Inflated(io.RawIOBase):
    """The content of all members of a gzip file, as far as it goes."""

    def __init__(self, file: BinaryIO, on_damage: Callable[[], None]) -> None:
        self._file = file
        self._on_damage = on_damage
        self._member = zlib.decompressobj(_GZIP)
        self._packed = b""
        self._done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = b""
        while not data and not self._done:
            data = self._next(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _next(self, length: int) -> bytes:
        """At most `length` bytes more; none at the end of a member or of what was read so far."""
        if self._member.eof:
            self._packed = self._member.unused_data
            self._member = zlib.decompressobj(_GZIP)
        if not self._packed:
            self._packed = self._file.read(_READ_BYTES)
        self._done = not self._packed
        before = self._member.copy()
        try:
            data = self._member.decompress(self._packed, length)
        except zlib.error:  # what follows cannot be found
            self._done = True
            self._on_damage()
            return _until_damage(before, self._packed)[:length]
        self._packed = self._member.unconsumed_tail
        return data


def _until_damage(member: zlib._Decompress, packed: bytes) -> bytes:
    intact_content = b""
    with contextlib.suppress(zlib.error):
        for place in range(len(packed)):
            intact_content += member.decompress(packed[place : place + 1])
    return intact_content
