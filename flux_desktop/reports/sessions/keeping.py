"""Deletion with undo, retention, and exchange of sessions as one file."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.work_share import OnProgress, WorkShare, unwatched
from flux_desktop.engine.recording.recorder import is_locked
from flux_desktop.engine.recording.recording_file import is_run_file, recording_files
from flux_desktop.engine.recording.session_folder import has_recording, make_private_folder
from flux_desktop.reports.sessions.facts import SessionFacts, unknown

TRASH = ".deleted"
"""Folder of deleted sessions, until the next one is deleted for good by `empty_trash`."""
KEEP_LAST = 20
MAX_BYTES = 20 * 10**9
IMPORT_MAX_BYTES = 20 * 10**9
_BLOCK_BYTES = 1 << 20
_IMPORTABLE = "Choose a zip file that was exported by this program, or export the session again."


def delete(parent: Path, name: str) -> None:
    """Move a session to the trash. Raises `ProblemError` for a session that is unknown or being recorded."""
    folder = _session(parent, name)
    if any(map(is_locked, recording_files(folder))):
        raise ProblemError(
            Problem(code="session_busy", what=f"The session {name} is being recorded.", todo="End its run first.")
        )
    trash = parent / TRASH
    make_private_folder(trash)
    shutil.rmtree(trash / name, ignore_errors=True)
    _moved(folder, trash / name)


def remove(parent: Path, name: str) -> None:
    """Delete a session for good. Raises `ProblemError`, as `delete` does."""
    delete(parent, name)
    shutil.rmtree(parent / TRASH / name, ignore_errors=True)


def restore(parent: Path, name: str) -> None:
    """Undo `delete`. Raises `ProblemError`."""
    _session(parent / TRASH, name)
    if (parent / name).exists():
        raise ProblemError(Problem(code="session_exists", what=f"There is a session named {name} already."))
    _moved(parent / TRASH / name, parent / name)


def empty_trash(parent: Path) -> None:
    """Delete for good what was deleted; what cannot be removed stays."""
    shutil.rmtree(parent / TRASH, ignore_errors=True)


def surplus(
    sessions: Sequence[SessionFacts],
    now: datetime,
    *,
    max_bytes: int = MAX_BYTES,
    max_age: timedelta | None = None,
    keep_last: int = KEEP_LAST,
) -> list[SessionFacts]:
    """The sessions that a retention rule deletes, oldest first: never the newest `keep_last`, nor a starred one."""
    newest_first = sorted(sessions, key=lambda each: each.name, reverse=True)
    kept_bytes = 0
    dropped = []
    for place, session in enumerate(newest_first):
        is_safe = place < keep_last or session.about.starred
        is_old = max_age is not None and _age(session, now) > max_age
        if not is_safe and (is_old or kept_bytes + session.size_bytes > max_bytes):
            dropped.append(session)
        else:
            kept_bytes += session.size_bytes
    return dropped[::-1]


def export(parent: Path, name: str, target: Path, on_progress: OnProgress = unwatched) -> None:
    """Write a session into one zip file, whole or not at all. Raises `ProblemError` and `WorkEndedError`."""
    folder = _session(parent, name)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w") as archive:
            paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
            share = WorkShare(sum(path.stat().st_size for path in paths), on_progress)
            for path in paths:
                entry = zipfile.ZipInfo.from_file(path, f"{name}/{path.name}", strict_timestamps=False)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as file, archive.open(entry, "w") as packed:
                    _copy(file, packed, share)
        part.replace(target)
    except OSError as error:
        raise ProblemError(_failed(f"The session could not be written to {target}.", error)) from error
    finally:
        part.unlink(missing_ok=True)


def import_session(parent: Path, source: Path, on_progress: OnProgress = unwatched) -> str:
    """Unpack an exported session beside the others, whole or not at all; returns its name.

    Raises `ProblemError` and `WorkEndedError`.
    """
    make_private_folder(parent)
    try:
        with zipfile.ZipFile(source) as archive:
            name = _checked_name(archive, source)
            target = _free_name(parent, name)
            part = parent / f".import-{target.name}"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(mode=0o700)
            share = WorkShare(sum(item.file_size for item in archive.infolist()), on_progress)
            try:
                for item in archive.infolist():
                    if not item.is_dir():
                        with (
                            archive.open(item) as packed,
                            (part / PurePosixPath(item.filename).name).open("wb") as file,
                        ):
                            _copy(packed, file, share)
                part.replace(target)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except zipfile.BadZipFile as error:
        why = "It is no zip file, or is damaged."
        raise ProblemError(_not_importable(source, why)) from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        raise ProblemError(_failed(f"{source} cannot be imported.", error)) from error
    return target.name


def _copy(source: IO[bytes], target: IO[bytes], share: WorkShare) -> None:
    while block := source.read(_BLOCK_BYTES):
        target.write(block)
        share.add(len(block))


def _checked_name(archive: zipfile.ZipFile, source: Path) -> str:
    """The one folder that an archive has, with plain files and a recording. Raises `ProblemError`."""
    items = [item for item in archive.infolist() if not item.is_dir()]
    paths = [PurePosixPath(item.filename) for item in items]
    names = {path.parts[0] for path in paths if len(path.parts) == 2}
    is_plain = all(len(path.parts) == 2 and ".." not in path.parts and "\\" not in str(path) for path in paths)
    if not is_plain or len(names) != 1 or not any(map(is_run_file, paths)):
        why = "It is not one session folder with a recording."
    elif sum(item.file_size for item in items) > IMPORT_MAX_BYTES:
        why = f"It has more than {IMPORT_MAX_BYTES / 1e9:.0f} GB."
    else:
        name = names.pop()
        if name[:1] not in (".", "/") and name.isprintable():
            return name
        why = "Its folder has an unusable name."
    raise ProblemError(_not_importable(source, why))


def _not_importable(source: Path, why: str) -> Problem:
    return Problem(code="session_unreadable", what=f"{source} cannot be imported.", why=why, todo=_IMPORTABLE)


def _free_name(parent: Path, name: str) -> Path:
    for suffix in ("", *(f"_{number}" for number in range(2, 1000))):
        if not (parent / f"{name}{suffix}").exists():
            return parent / f"{name}{suffix}"
    raise ProblemError(Problem(code="session_exists", what=f"There are too many sessions named {name}."))


def _session(parent: Path, name: str) -> Path:
    folder = parent / name
    if folder.parent != parent or name in ("", ".", "..") or not has_recording(folder):
        raise ProblemError(unknown(name))
    return folder


def _moved(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        raise ProblemError(_failed(f"The session {source.name} could not be moved.", error)) from error


def _age(session: SessionFacts, now: datetime) -> timedelta:
    try:
        return now - datetime.fromisoformat(session.wall_time).astimezone(UTC)
    except ValueError:
        return timedelta(0)


def _failed(what: str, error: Exception) -> Problem:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Problem(code="session_unreadable", what=what, why=f"{why}.")
