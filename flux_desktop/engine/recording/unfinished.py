"""Sessions without an end because the program died: found at the next start, and offered once."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recorder import is_locked
from flux_desktop.engine.recording.recording_file import recording_files
from flux_desktop.engine.recording.session_folder import read_run_file, run_end
from flux_desktop.engine.records.events import RunStarted

SEEN_FILE = "seen"
"""Marks the folder of a session that is no longer offered."""
FOLDERS_CHECKED_MAX = 20


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
            session = _unfinished(folder)
        except OSError:
            continue
        if session is not None:
            return session
    return None


def mark_seen(folder: Path) -> None:
    """Do not offer this session again; where the folder cannot be written it will be offered again."""
    try:
        os.close(os.open(folder / SEEN_FILE, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return


def _unfinished(folder: Path) -> Unfinished | None:
    if (folder / SEEN_FILE).exists() or any(map(is_locked, recording_files(folder))):
        return None
    if run_end(folder) is not None:
        return None
    started = next(read_run_file(folder), None)
    return Unfinished(folder, started) if isinstance(started, RunStarted) else None
