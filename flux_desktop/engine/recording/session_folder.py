"""The session folder of a run: where its recording is kept, and how it is read.

`run.jsonl.gz` holds the supervisor's events, `worker-N.jsonl.gz` those of the N-th worker; all lines together, ordered
by time, are the run.
"""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import shutil
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.aws.account_records import ACCOUNT_FILE
from flux_desktop.base.private_folder import private_folder
from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.recording.damage import RecordingDamage
from flux_desktop.engine.recording.legacy import LegacyReader, is_legacy
from flux_desktop.engine.recording.recording_file import (
    RUN_FILE,
    OnRead,
    compressor,
    is_run_file,
    recorded_lines,
    recording_files,
)
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted, decode_event, encode_event

MICROPHONE_FILE = "microphone.flac"
"""The recorded microphone, where the user has agreed to it."""
_MESSAGE = b'{"event":"received"'
_UNFINISHED_PREFIX = ".new-"


def default_sessions_dir() -> Path:
    """The user's data folder for sessions."""
    return Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "sessions"


def session_named(text: str) -> Path:
    """The session folder with this path, or else with this name in the user's data folder."""
    folder = Path(text)
    usual = default_sessions_dir() / text
    return usual if folder.name == text and not folder.exists() and usual.is_dir() else folder


def create_session(parent: Path, started: RunStarted, now: datetime | None = None) -> Path:
    """Create a folder, mode 0700, named by the time, with the first line of its recording in it.

    It appears complete, so that a killed process never leaves a folder without a run. Raises `OSError`.
    """
    name = (now or datetime.now(UTC).astimezone()).strftime("%Y-%m-%d_%H-%M-%S")
    make_private_folder(parent)
    folder = private_folder(_UNFINISHED_PREFIX, parent)
    try:
        descriptor = os.open(folder / RUN_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            member = compressor()
            file.write(member.compress(redact_values(encode_event(started))) + member.flush())
        return _rename(folder, parent, name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def try_sessions_folder(parent: Path) -> None:
    """Create and remove what a session needs. Raises `OSError` where no session could be created."""
    folder = private_folder(_UNFINISHED_PREFIX, parent)
    try:
        (folder / RUN_FILE).write_bytes(b"x")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_session(folder: Path) -> None:
    """Remove a session's recording, and its folder if nothing else is in it; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        for recording in [*recording_files(folder), *folder.glob(MICROPHONE_FILE), *folder.glob(ACCOUNT_FILE)]:
            recording.unlink()
        folder.rmdir()


def make_private_folder(folder: Path) -> None:
    """Create a folder and its missing parents, each with mode 0700; an existing one is left as it is."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _rename(new_folder: Path, parent: Path, name: str) -> Path:
    for suffix in ("", *(f"_{number}" for number in range(2, 1000))):
        folder = parent / f"{name}{suffix}"
        if folder.exists():
            continue
        try:
            return new_folder.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise
    raise FileExistsError(f"{parent} holds a thousand sessions of the same second")


def read_session(
    folder: Path, *, messages: bool = True, on_read: OnRead | None = None, damage: RecordingDamage | None = None
) -> Iterator[Event]:
    """All events of a session ordered by time; what is cut off or unreadable is skipped, and counted in `damage`.

    Without `messages` those of the server, most of a recording, are passed over undecoded.

    Raises `OSError` when the folder cannot be read.
    """
    files = recording_files(folder)
    if not files:
        raise FileNotFoundError(f"{folder} holds no recording")
    return heapq.merge(
        *(read_events(path, messages=messages, on_read=on_read, damage=damage) for path in files),
        key=lambda event: getattr(event, "t", 0.0),
    )


def read_events(
    path: Path, *, messages: bool = True, on_read: OnRead | None = None, damage: RecordingDamage | None = None
) -> Iterator[Event]:
    """The readable events of one file, also of version 0.1.0; a line cut off by a crash is left out.

    Raises `OSError`.
    """
    legacy = LegacyReader()
    damage = damage or RecordingDamage()
    for line in recorded_lines(path, on_read, damage):
        if not messages and line.startswith(_MESSAGE):
            damage.passed_over(path, line)
            continue
        try:
            yield legacy.read(line) if is_legacy(line) else decode_event(line)
        except msgspec.DecodeError:
            damage.undecodable(path, line)


def read_run_file(folder: Path) -> Iterator[Event]:
    """The readable events of the run's own file, none where only those of its workers are left. Raises `OSError`."""
    files = recording_files(folder)
    if not files:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder / RUN_FILE))
    return chain.from_iterable(map(read_events, filter(is_run_file, files)))


def has_recording(folder: Path) -> bool:
    """Whether a folder is that of a session."""
    try:
        return bool(recording_files(folder))
    except OSError:
        return False


def run_end(folder: Path) -> RunEnded | None:
    """How a run ended, by its own file; None if it was cut off. Raises `OSError`.

    The generators of a cluster leave it after the end, which need not be the last line.
    """
    ends = (event for event in read_run_file(folder) if isinstance(event, RunEnded))
    return next(iter(deque(ends, maxlen=1)), None)
