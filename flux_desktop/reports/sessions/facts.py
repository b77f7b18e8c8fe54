"""What a list of sessions shows of one: read from the ends of its files, not from the whole recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.recording.session_folder import read_run_file, run_end
from flux_desktop.engine.records.events import ConnectionEnded, RunStarted, decode_event
from flux_desktop.engine.records.plan import DataSetSource, WavSource
from flux_desktop.evaluation.capacity.report import REPORT_FILE
from flux_desktop.reports.files import write_whole

ABOUT_FILE = "about.json"
"""What the user says of a session: beside its recording, never in it."""
_ENDED = b'{"event":"connection_ended"'


class About(Struct, kw_only=True, omit_defaults=True):
    """The user's own words on a session."""

    title: str = ""
    note: str = ""
    starred: bool = False


class SessionFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One session at a glance. `name` is that of its folder."""

    name: str
    wall_time: str = ""
    endpoint: str = ""
    data: str = ""
    kind: str = "run"
    """run or capacity."""
    connections: int = 0
    minutes: float = 0.0
    verdict: str = ""
    """DONE, PASS, FAIL, INVALID, INTERRUPTED or CUT OFF."""
    update_p95_ms: float | None = None
    wer_percent: float | None = None
    """The running count of the run: without case and punctuation."""
    size_bytes: int = 0
    about: About = msgspec.field(default_factory=About)


def read_facts(folder: Path) -> SessionFacts | None:
    """The facts of a session folder; None if it has no recording of a run. Raises `OSError`."""
    started = next(read_run_file(folder), None)
    if not isinstance(started, RunStarted):
        return None
    plan, ended = started.plan, run_end(folder)
    match plan.source:
        case WavSource() | DataSetSource():
            data = Path(plan.source.path).name
        case _:
            data = plan.source.device_name
    verdict = "CUT OFF" if ended is None else "INTERRUPTED" if ended.interrupted else ended.verdict.value
    return SessionFacts(
        name=folder.name,
        wall_time=started.wall_time,
        endpoint=plan.endpoint,
        data=data,
        kind="capacity" if (folder / REPORT_FILE).exists() else "run",
        connections=sum(ended.ledger.values()) if ended is not None else plan.connections,
        minutes=round(ended.t / 60, 2) if ended is not None else 0.0,
        verdict=verdict,
        update_p95_ms=ended.update.p95_ms if ended is not None else None,
        wer_percent=ended.words.rate_percent if ended is not None and ended.words is not None else None,
        size_bytes=size_of(folder),
        about=read_about(folder),
    )


def texts_of(folder: Path) -> Iterator[str]:
    """The final texts of a session's connections. Raises `OSError`."""
    for path in recording_files(folder):
        for line in recorded_lines(path):
            if not line.startswith(_ENDED):
                continue
            try:
                event = decode_event(line)
            except msgspec.DecodeError:
                continue
            if isinstance(event, ConnectionEnded):
                yield from event.summary.final_texts


def size_of(folder: Path) -> int:
    """Bytes of a session's files."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def read_about(folder: Path) -> About:
    """What the user says of a session; nothing where that cannot be read."""
    try:
        return msgspec.json.decode((folder / ABOUT_FILE).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return About()


def write_about(folder: Path, about: About) -> None:
    """Keep what the user says of a session. Raises `ProblemError`."""
    if not folder.is_dir():
        raise ProblemError(unknown(folder.name))
    write_whole(folder / ABOUT_FILE, msgspec.json.format(msgspec.json.encode(about)))


def unknown(name: str) -> Problem:
    """The problem of a name that no session has."""
    return Problem(
        code="session_unreadable",
        what=f"There is no session named {name}.",
        todo="flux-stress sessions list shows their names.",
    )
