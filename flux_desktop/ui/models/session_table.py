"""The table of sessions as plain data: columns, words, sort keys, and which sessions are shown. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flux_desktop.base.amounts import size_words
from flux_desktop.reports.percentiles import PERCENTILES, rough_mark
from flux_desktop.reports.sessions.facts import FIGURES, SessionFacts
from flux_desktop.ui.models.table_column import TableColumn

ANY_KIND, ANY_ENDPOINT, ANY_VERDICT = "All kinds", "All endpoints", "Any verdict"
KINDS = ("live", "sweep", "confirm", "A/B", "isolation", "capacity", "probe")
VERDICTS = ("DONE", "PASS", "FAIL", "INVALID", "INTERRUPTED", "CUT OFF")
STAR, NO_STAR = "★", "☆"
_SIGNS = {"PASS": "●", "DONE": "○", "FAIL": "■", "INVALID": "◇", "RECORDING": "◉"}
TONES = {"PASS": "ok", "FAIL": "danger", "INVALID": "warn", "CUT OFF": "warn", "INTERRUPTED": "warn"}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are shown; the search itself is the index's."""

    kind: str = ANY_KIND
    endpoint: str = ANY_ENDPOINT
    verdict: str = ANY_VERDICT
    starred: bool = False

    def takes(self, session: SessionFacts) -> bool:
        """Whether a session is shown."""
        return (
            self.kind in (ANY_KIND, session.kind)
            and self.endpoint in (ANY_ENDPOINT, session.endpoint)
            and self.verdict in (ANY_VERDICT, session.verdict)
            and (session.about.starred or not self.starred)
        )


def when(session: SessionFacts) -> str:
    """Day and time of the start, where this machine is."""
    try:
        return datetime.fromisoformat(session.wall_time).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return session.name


def day_of(wall_time: str) -> str:
    """The day of a start, short."""
    try:
        return datetime.fromisoformat(wall_time).astimezone().strftime("%d %b %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def lasted(session: SessionFacts) -> str:
    """How long the run lasted."""
    if not session.minutes:
        return "–"  # noqa: RUF001 - a dash
    if session.minutes >= 10:
        return f"{session.minutes:.0f} min"
    seconds = round(session.minutes * 60)
    return f"{seconds // 60}:{seconds % 60:02}"


def verdict_words(session: SessionFacts) -> str:
    """The verdict with its sign, so that colour is not needed."""
    return f"{_SIGNS.get(session.verdict, '▲')} {session.outcome}"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"  # noqa: RUF001 - a dash


def _note(session: SessionFacts) -> str:
    return " · ".join(filter(None, (session.about.title, session.about.note)))


COLUMNS: tuple[TableColumn[SessionFacts], ...] = (
    TableColumn(
        "★",
        "starred sessions are never deleted automatically",
        lambda s: STAR if s.about.starred else NO_STAR,
        lambda s: s.about.starred,
        28,
    ),
    TableColumn("When", "start of the run", when, lambda s: s.wall_time or s.name, 128),
    TableColumn("Kind", "what the run was part of", lambda s: s.kind, lambda s: s.kind, 64),
    TableColumn("Endpoint", "endpoint, or local", lambda s: s.endpoint, lambda s: s.endpoint, 72),
    TableColumn("Data", "recording, data set or microphone", lambda s: s.data, lambda s: s.data, 104),
    TableColumn("Conn.", "connections", lambda s: str(s.connections), lambda s: s.connections, 44, right=True),
    TableColumn("Time", "how long the run lasted", lasted, lambda s: s.minutes, 52, right=True),
    TableColumn(
        "Verdict",
        "DONE without limits; PASS or FAIL with limits; INVALID if the figures cannot be trusted; for sweeps, A/B, "
        "capacity searches and probes what they found",
        verdict_words,
        lambda s: s.outcome,
        154,
    ),
    TableColumn(
        "p95, ms",
        "p95 of the update latency (user clock)",
        lambda s: _number(s.update_p95_ms, 0),
        lambda s: s.update_p95_ms,
        58,
        right=True,
    ),
    TableColumn(
        "Size", "on disk, all files", lambda s: size_words(s.size_bytes), lambda s: s.size_bytes, 62, right=True
    ),
    TableColumn("Note", "name and note that you have given it", _note, lambda s: _note(s) or None, 60),
)
STAR_COLUMN, WHEN_COLUMN, NOTE_COLUMN = 0, 1, len(COLUMNS) - 1
NAME_COLUMNS = tuple(place for place, column in enumerate(COLUMNS) if column.name in {"Endpoint", "Data"})
VERDICT_COLUMN = next(place for place, column in enumerate(COLUMNS) if column.name == "Verdict")


def ordered(sessions: Sequence[SessionFacts], column: int, *, descending: bool) -> list[SessionFacts]:
    """The sessions in the order of a column; what has no value stands last, ties newest first."""
    newest_first = sorted(sessions, key=lambda each: each.name, reverse=True)
    return COLUMNS[column].ordered(newest_first, descending=descending)


def detail_rows(session: SessionFacts) -> list[tuple[str, str]]:
    """What is shown of one selected session."""
    rows = [
        ("Folder", session.name),
        ("Started", when(session)),
        ("Kind", session.kind),
        ("Endpoint", session.endpoint),
        ("Data", session.data),
        ("Connections", f"{session.connections:,}"),
        ("Settings", "\n".join(session.settings) or ("defaults" if session.endpoint else "")),
        ("Lasted", lasted(session)),
        ("Size", size_words(session.size_bytes)),
    ]
    figures = [
        (FIGURES[name], f"{value:.1f} (n = {n:,}{_few(name, n)})")
        for name, (value, n) in session.figures.items()
        if name in FIGURES
    ]
    return rows + figures


def _few(name: str, n: int) -> str:
    """What stands after the n of a percentile of too few values."""
    part = next((part for part in PERCENTILES if f"_{part}_" in name), "")
    return ", too few" if part and rough_mark(part, n) else ""
