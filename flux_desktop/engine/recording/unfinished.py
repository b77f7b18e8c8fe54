"""Sessions without an end because the program died: found at the next start, and offered once."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recorder import is_locked
from flux_desktop.engine.recording.session_folder import RUN_FILE, read_events
from flux_desktop.engine.records.events import RunEnded, RunStarted, decode_event

SEEN_FILE = "seen"
"""Marks the folder of a session that is no longer offered."""
FOLDERS_CHECKED_MAX = 20
_END_MAX_BYTES = 1024 * 1024
"""The end of a run is within the last bytes of its file, at most so many."""


class Unfinished(msgspec.Struct, frozen=True):
    """A session that was cut off, and the first event of its recording."""

    folder: Path
    started: RunStarted


def newest_unfinished(parent: Path) -> Unfinished | None:
    """The newest session that was cut off, is not being recorded now, and has not been seen; blocks.

    Checks the newest `FOLDERS_CHECKED_MAX` folders. What cannot be read is skipped.
    """
    try:
        folders = sorted((path for path in parent.iterdir() if path.name[:1].isdigit()), reverse=True)
    except OSError:
        return None
    for folder in folders[:FOLDERS_CHECKED_MAX]:
        try:
            found = _unfinished(folder)
        except OSError:
            continue
        if found is not None:
            return found
    return None


def mark_seen(folder: Path) -> None:
    """Do not offer this session again; where the folder cannot be written it will be offered again."""
    try:
        os.close(os.open(folder / SEEN_FILE, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return


def _unfinished(folder: Path) -> Unfinished | None:
    if (folder / SEEN_FILE).exists() or any(is_locked(path) for path in folder.glob("*.jsonl")):
        return None
    run = folder / RUN_FILE
    if run_end(run) is not None:
        return None
    started = next(read_events(run), None)
    return Unfinished(folder, started) if isinstance(started, RunStarted) else None


def run_end(run: Path) -> RunEnded | None:
    """How a run ended, from the last whole line of its own file; None if it was cut off. Raises `OSError`."""
    with run.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _END_MAX_BYTES))
        for line in reversed(file.read().splitlines()):
            try:
                event = decode_event(line)
            except msgspec.DecodeError:
                continue  # cut off
            return event if isinstance(event, RunEnded) else None
    return None
