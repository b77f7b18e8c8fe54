"""The session folder of a run: where its recording lies, and how it is read again.

`run.jsonl` holds what the supervisor says, `worker-N.jsonl` what the N-th worker says; all lines together, in
the order of their times, are the run.
"""

from __future__ import annotations

import heapq
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.base.redaction import redact_lines
from flux_desktop.base.running import is_running
from flux_desktop.engine.recording.legacy import LegacyReader, is_legacy
from flux_desktop.engine.records.events import Event, RunStarted, decode_event, encode_event

RUN_FILE = "run.jsonl"
LINE_MAX_BYTES = 16 * 1024 * 1024
"""A longer line is no event of ours; it is left out."""
_BEING_MADE = ".new-"


def default_sessions_dir() -> Path:
    """The person's own data folder for sessions."""
    return Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "sessions"


def create_session(parent: Path, started: RunStarted, now: datetime | None = None) -> Path:
    """Make a new folder, mode 0700, named by the time, with the first line of its recording in it.

    It appears whole, so that a process that is killed never leaves a folder without a run. Raises `OSError`.
    """
    name = (now or datetime.now(UTC).astimezone()).strftime("%Y-%m-%d_%H-%M-%S")
    make_private_folder(parent)
    _clear_away(parent)
    made = parent / f"{_BEING_MADE}{os.getpid()}-{name}"
    made.mkdir(mode=0o700)
    try:
        descriptor = os.open(made / RUN_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(redact_lines(encode_event(started)))
        return _put(made, parent, name)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def make_private_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, each with mode 0700; one that exists is left as it is."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _put(made: Path, parent: Path, name: str) -> Path:
    for suffix in ("", *(f"_{number}" for number in range(2, 1000))):
        folder = parent / f"{name}{suffix}"
        if folder.exists():
            continue
        try:
            return made.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise
    raise FileExistsError(f"{parent} holds a thousand sessions of the same second")


def _clear_away(parent: Path) -> None:
    """Remove what processes that were killed have not come to finish."""
    for left in parent.glob(f"{_BEING_MADE}*"):
        number = left.name.removeprefix(_BEING_MADE).partition("-")[0]
        if number.isdigit() and not is_running(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def worker_file(number: int) -> str:
    """The name of the N-th worker's recording, counted from 1."""
    return f"worker-{number}.jsonl"


def read_session(folder: Path) -> Iterator[Event]:
    """All events of a session in the order of time; what is cut off or unreadable is left out.

    Raises `OSError` when the folder cannot be read.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no recording")
    return heapq.merge(*(read_events(path) for path in files), key=lambda event: getattr(event, "t", 0.0))


def read_events(path: Path) -> Iterator[Event]:
    """The readable events of one file, also of version 0.1.0; a line cut off by a crash is left out.

    Raises `OSError`.
    """
    legacy = LegacyReader()
    with path.open("rb") as file:
        whole = True
        while line := file.readline(LINE_MAX_BYTES):
            follows, whole = not whole, line.endswith(b"\n")
            if follows:
                continue  # the rest of a line that is too long
            try:
                yield legacy.read(line) if is_legacy(line) else decode_event(line)
            except msgspec.DecodeError:
                continue
