"""The index of a folder of sessions: an SQLite file beside them that is rebuilt whenever it is missing or stale.

It is never the source of truth: a session that changed is read again, one that is lost is dropped, and a damaged index
is replaced. Two programs may use it at once.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recording_file import recording_files
from flux_desktop.engine.recording.session_folder import has_recording
from flux_desktop.evaluation.capacity.report import REPORT_FILE
from flux_desktop.reports.findings import EXPERIMENT_FILE
from flux_desktop.reports.sessions.facts import ABOUT_FILE, SessionFacts, read_facts, texts_of
from flux_desktop.reports.sessions.intervals import Intervals, read_intervals

INDEX_FILE = "index.sqlite"
_SCHEMA = 10
_BUSY_S = 5.0
_TABLES = (
    "DROP TABLE IF EXISTS sessions",
    "CREATE TABLE sessions (name TEXT PRIMARY KEY, stamp TEXT, facts TEXT, texts TEXT)",
    "DROP TABLE IF EXISTS intervals",
    "CREATE TABLE intervals (name TEXT PRIMARY KEY, stamp TEXT, intervals TEXT)",
    f"PRAGMA user_version = {_SCHEMA}",
)
_log = logging.getLogger(__name__)


class SessionIndex:
    """The sessions of one folder. Blocks: call it off an event loop."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent

    def sessions(self, search: str = "") -> list[SessionFacts]:
        """All sessions, newest first; with `search` those that have every word of it in their facts or texts."""
        if not self._parent.is_dir():
            return []
        for _ in range(2):
            try:
                return self._sessions(search)
            except sqlite3.OperationalError as error:  # a folder that cannot be written to, or a lock held for long
                _log.warning("The index %s is not used: %s", self._path, error)
                break
            except sqlite3.DatabaseError as error:
                _log.warning("The index %s is damaged (%s); rebuilding it.", self._path, error)
                with contextlib.suppress(OSError):
                    self._path.unlink()
        return self._without_index(search)

    def with_intervals(self, sessions: Sequence[SessionFacts]) -> list[SessionFacts]:
        """The same sessions with the intervals of their figures; those read before are kept in the index."""
        try:
            with self._opened() as database:
                return [self._with_intervals(database, each) for each in sessions]
        except (sqlite3.Error, OSError) as error:
            _log.warning("The intervals of sessions in %s cannot be read: %s", self._parent, error)
            return list(sessions)

    def _with_intervals(self, database: sqlite3.Connection, session: SessionFacts) -> SessionFacts:
        folder = self._parent / session.name
        stamp = _stamp(folder).partition("|")[0]
        query = "SELECT intervals FROM intervals WHERE name = ? AND stamp = ?"
        known = database.execute(query, (session.name, stamp)).fetchone()
        if known is not None:
            return msgspec.structs.replace(session, intervals=msgspec.json.decode(known[0], type=Intervals))
        intervals = read_intervals(folder, session.figures)
        row = (session.name, stamp, msgspec.json.encode(intervals).decode())
        with _writing(database):
            database.execute("INSERT OR REPLACE INTO intervals VALUES (?, ?, ?)", row)
        return msgspec.structs.replace(session, intervals=intervals)

    @property
    def _path(self) -> Path:
        return self._parent / INDEX_FILE

    def _sessions(self, search: str) -> list[SessionFacts]:
        with self._opened() as database:
            self._refresh(database)
            rows = database.execute("SELECT facts, texts FROM sessions ORDER BY name DESC").fetchall()
        return [_facts(facts) for facts, texts in rows if _matches(search, facts + texts)]

    def _without_index(self, search: str) -> list[SessionFacts]:
        sessions = []
        for folder in sorted(folders_in(self._parent), reverse=True):
            row = _row(folder)
            if row is not None and _matches(search, row[2] + row[3]):
                sessions.append(_facts(row[2]))
        return sessions

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Every statement is a transaction of its own, but for those within `_writing`."""
        with contextlib.suppress(OSError):  # it has transcripts, and the folder may be open to others
            self._path.touch(mode=0o600)
            self._path.chmod(0o600)
        database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            if _version(database) != _SCHEMA:
                with _writing(database):
                    if _version(database) != _SCHEMA:  # else another program was faster
                        for statement in _TABLES:
                            database.execute(statement)
            yield database
        finally:
            database.close()

    def _refresh(self, database: sqlite3.Connection) -> None:
        """Sessions are read before anything is locked: other programs wait for the writing alone."""
        known = dict(database.execute("SELECT name, stamp FROM sessions").fetchall())
        present = {folder.name: folder for folder in folders_in(self._parent)}
        changed = [folder for name, folder in present.items() if name not in known or known[name] != _stamp(folder)]
        rows = [row for folder in changed if (row := _row(folder, _known_texts(database, folder))) is not None]
        deletions = [(name,) for name in known.keys() - present.keys()]
        if rows or deletions:
            with _writing(database):
                database.executemany("DELETE FROM sessions WHERE name = ?", deletions)
                database.executemany("DELETE FROM intervals WHERE name = ?", deletions)
                database.executemany("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)", rows)


@contextlib.contextmanager
def _writing(database: sqlite3.Connection) -> Iterator[None]:
    """A short transaction, begun when those of other programs have ended."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def folders_in(parent: Path) -> list[Path]:
    """The session folders of a folder: those with a recording, whose names do not begin with a dot."""
    try:
        return [path for path in parent.iterdir() if path.name[:1] != "." and has_recording(path)]
    except OSError:
        return []


def _known_texts(database: sqlite3.Connection, folder: Path) -> str | None:
    """The texts of a session whose recording has not changed since: reading those of hours takes seconds."""
    row = database.execute("SELECT stamp, texts FROM sessions WHERE name = ?", (folder.name,)).fetchone()
    is_same = row is not None and row[0].partition("|")[0] == _stamp(folder).partition("|")[0]
    return row[1] if is_same else None


def _row(folder: Path, texts: str | None = None) -> tuple[str, str, str, str] | None:
    try:
        stamp = _stamp(folder)
        facts = read_facts(folder)
        is_whole = facts.verdict != "RECORDING"
        if texts is None:
            texts = "\n".join(texts_of(folder)) if is_whole else ""
    except OSError as error:
        if folder.is_dir():  # else deleted in the meantime
            _log.warning("The session %s cannot be read: %s", folder, error)
        return None
    # A recording that is going on is read again each time: if its program is killed, nothing of its files changes.
    return folder.name, stamp if is_whole else "", msgspec.json.encode(facts).decode(), texts


def _stamp(folder: Path) -> str:
    """Changes when a recording grows, what the user says of it, or what an experiment found; the recording first."""
    try:
        recorded = recording_files(folder)
    except OSError:  # deleted in the meantime
        return ""
    groups = (recorded, [folder / name for name in (ABOUT_FILE, EXPERIMENT_FILE, REPORT_FILE)])
    return "|".join(" ".join(filter(None, map(_file_stamp, group))) for group in groups)


def _file_stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{path.name}:{status.st_size}:{status.st_mtime_ns}"


def _facts(text: str) -> SessionFacts:
    return msgspec.json.decode(text, type=SessionFacts)


def _matches(search: str, text: str) -> bool:
    lower = text.casefold()
    return all(word in lower for word in search.casefold().split())
