"""The session folder of a run: where its recording lies, and how it is read again.

`run.jsonl` holds what the supervisor says, `worker-N.jsonl` what the N-th worker says; all lines together, in
the order of their times, are the run.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.engine.events import Event, decode_event

RUN_FILE = "run.jsonl"


def default_sessions_dir() -> Path:
    """The person's own data folder for sessions."""
    return Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "sessions"


def create_session(parent: Path, now: datetime | None = None) -> Path:
    """Make a new folder, mode 0700, named by the time; raises `OSError`."""
    name = (now or datetime.now(UTC).astimezone()).strftime("%Y-%m-%d_%H-%M-%S")
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for suffix in ("", *(f"_{number}" for number in range(2, 1000))):
        folder = parent / f"{name}{suffix}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"{parent} holds a thousand sessions of the same second")


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
    return heapq.merge(*(_read(path) for path in files), key=lambda event: getattr(event, "t", 0.0))


def _read(path: Path) -> Iterator[Event]:
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield decode_event(line)
            except msgspec.DecodeError:
                continue
