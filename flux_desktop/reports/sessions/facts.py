"""What a list of sessions shows of one: read from the ends of its files, not from the whole recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.reader import MANIFEST
from flux_desktop.engine.recording.recorder import is_locked
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.recording.session_folder import read_run_file, run_end
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded, RunStarted, decode_event
from flux_desktop.engine.records.facts import ConnectionSummary, Percentiles, Verdict, outcome_word
from flux_desktop.engine.records.plan import DataSetSource, WavSource
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.findings import EVIDENCE, read_capacity, read_experiment
from flux_desktop.reports.sessions.run_settings import run_settings

ABOUT_FILE = "about.json"
"""What the user says of a session: beside its recording, never in it."""
FIGURES = {
    "update_p50_ms": "Update p50, ms",
    "update_p95_ms": "Update p95, ms",
    "update_p99_ms": "Update p99, ms",
    "wire_p95_ms": "Update p95 (wire clock), ms",
    "end_delivery_p95_ms": "End-of-turn delivery p95, ms",
    "end_of_turn_p50_ms": "End of turn p50, ms",
    "connect_p95_ms": "Connect p95, ms",
    "word_error_percent": "WER or CER (normalised), %",
    "completed_percent": "Connections completed, %",
}
"""What a trend can show, by the names of limits where these exist."""
SCORED_FIGURE = "word_error_percent"
"""The figure that is known only where its interval has been read: it is scored, which takes the whole recording."""
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
    kind: str = "live"
    """live, sweep, confirm, A/B, isolation, capacity or probe; empty where that cannot be read."""
    connections: int = 0
    settings: tuple[str, ...] = ()
    """What else was chosen and is not the default: `run_settings`."""
    minutes: float = 0.0
    verdict: str = ""
    """DONE, PASS, FAIL, INVALID, INTERRUPTED, CUT OFF, or RECORDING while the run goes on."""
    finding: str = ""
    """What the experiment that the run is part of has found, in a few words; empty for other runs."""
    update_p95_ms: float | None = None
    figures: dict[str, tuple[float, int]] = {}
    """Value and n by name, for trends: `FIGURES`."""
    intervals: dict[str, Estimate] = {}
    """Figures with their 95 % intervals by name, where they have been read: `SessionIndex.with_intervals`."""
    size_bytes: int = 0
    about: About = msgspec.field(default_factory=About)

    @property
    def outcome(self) -> str:
        """What a list shows as the verdict: the finding of an experiment that has one, else the run's verdict."""
        # A capacity search judges its rungs one by one, and repeats those that are INVALID.
        proves = self.verdict in EVIDENCE or (self.kind == "capacity" and self.verdict == "INVALID")
        return self.finding if self.finding and proves else self.verdict


class SessionList(Struct, frozen=True, kw_only=True):
    """What `flux-stress sessions list --json` prints."""

    schema: int = 2
    sessions: list[SessionFacts]


def read_facts(folder: Path) -> SessionFacts:
    """The facts of a session folder; few where the start of its run cannot be read. Raises `OSError`."""
    started = next(read_run_file(folder), None)
    is_locked_now = any(map(is_locked, recording_files(folder)))
    if not isinstance(started, RunStarted):
        verdict = "RECORDING" if is_locked_now else "CUT OFF"
        size_bytes, about = size_of(folder), read_about(folder)
        return SessionFacts(name=folder.name, kind="", verdict=verdict, size_bytes=size_bytes, about=about)
    plan, ended, capacity = started.plan, run_end(folder), read_capacity(folder)
    match plan.source:
        case WavSource() | DataSetSource():
            path = Path(plan.source.path)
            data = path.parent.name if path.name == MANIFEST else path.name
        case _:
            data = plan.source.device_name
    if ended is None:
        verdict = "RECORDING" if is_locked_now else "CUT OFF"
    elif ended.unrecorded and (ended.interrupted or ended.verdict is not Verdict.INVALID):
        verdict = "CUT OFF"
    else:
        verdict = outcome_word(ended.verdict, interrupted=ended.interrupted)
    return SessionFacts(
        name=folder.name,
        wall_time=started.wall_time,
        endpoint=plan.endpoint,
        data=data,
        kind=plan.purpose if capacity is None else "capacity",
        connections=sum(ended.ledger.values()) if ended is not None else plan.connections,
        settings=run_settings(plan),
        minutes=round(ended.t / 60, 2) if ended is not None else 0.0,
        verdict=verdict,
        finding=_finding(folder, capacity),
        update_p95_ms=ended.update.p95_ms if ended is not None else None,
        figures=_figures(ended) if ended is not None else {},
        size_bytes=size_of(folder),
        about=read_about(folder),
    )


def _finding(folder: Path, capacity: CapacityReport | None) -> str:
    if capacity is not None:
        return "" if capacity.result is None else capacity.result.finding
    experiment = read_experiment(folder)
    return "" if experiment is None else experiment.finding


def _figures(ended: RunEnded) -> dict[str, tuple[float, int]]:
    figures: dict[str, tuple[float, int]] = {}
    none = Percentiles()
    for name, values in {"update": ended.update, "wire": ended.wire, **ended.figures}.items():
        for part in ("p50", "p95", "p99"):
            value = getattr(values or none, f"{part}_ms")
            if value is not None and f"{name}_{part}_ms" in FIGURES:
                figures[f"{name}_{part}_ms"] = (value, values.n)
    if planned := sum(ended.ledger.values()):
        figures["completed_percent"] = (100 * ended.ledger.get("completed", 0) / planned, planned)
    return figures


def summaries_of(folder: Path) -> Iterator[ConnectionSummary]:
    """The results of a session's connections. Reads the whole recording; raises `OSError`."""
    for path in recording_files(folder):
        for line in recorded_lines(path):
            if not line.startswith(_ENDED):
                continue
            try:
                event = decode_event(line)
            except msgspec.DecodeError:
                continue
            if isinstance(event, ConnectionEnded):
                yield event.summary


def texts_of(folder: Path) -> Iterator[str]:
    """The final texts of a session's connections. Raises `OSError`."""
    for summary in summaries_of(folder):
        yield from summary.final_texts


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
