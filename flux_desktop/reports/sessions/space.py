"""Whether a run has room on the disk: its size is estimated from what earlier runs took."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from flux_desktop.base.amounts import size_words
from flux_desktop.base.problem import Problem
from flux_desktop.reports.sessions.facts import SessionFacts

BYTES_PER_CONNECTION_MINUTE = 50_000.0
"""Measured with the built-in endpoint: 22 to 50 kB. Used until there are sessions to measure."""
MOST_PER_MINUTE = 1_000_000.0
"""More than any run has written: with room for this, no earlier run has to be looked at."""
_SHORTEST_CONNECTION_MINUTES = 1.0
_NEWEST = 20


def bytes_per_connection_minute(sessions: Sequence[SessionFacts]) -> float:
    """The median over the newest sessions that are long enough to tell."""
    sizes = [
        session.size_bytes / (session.connections * session.minutes)
        for session in sessions
        if session.connections * session.minutes >= _SHORTEST_CONNECTION_MINUTES
    ]
    return statistics.median(sizes[:_NEWEST]) if sizes else BYTES_PER_CONNECTION_MINUTE


def space_problem(folder: Path, connection_minutes: float, bytes_per_minute: float) -> Problem | None:
    """Why a run may not be recorded to its end; None where there is room, or where that is not known."""
    needed = connection_minutes * bytes_per_minute
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    if needed <= free:
        return None
    return Problem(
        code="space_short",
        what=f"This run will write about {size_words(needed)}; {size_words(free)} are free.",
        why="When the disk is full, nothing more is recorded.",
        todo="Delete old sessions, or record on another disk.",
    )
