"""Offers the run that was cut off when the program died last time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.recording.unfinished import Unfinished, mark_seen, newest_unfinished

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow


async def offer_unfinished(window: MainWindow, sessions_dir: Path | None = None) -> None:
    """Show a banner with Open and Dismiss, if there is such a run; either ends the offer for good.

    A banner that is merely closed, or goes with the start of a run, comes back at the next start.
    """
    found = await file_work(
        "Looking for an interrupted session", lambda: newest_unfinished(sessions_dir or default_sessions_dir())
    )
    if found is None or window.model.active:
        return

    def dismiss() -> None:
        mark_seen(found.folder)

    def open_it() -> None:
        mark_seen(found.folder)
        window.archive.open_session(found.folder)

    window.banners.show_problem(_offer(found), "warn", {"Open": open_it, "Dismiss": dismiss})


def _offer(found: Unfinished) -> Problem:
    return Problem(
        code="session_unfinished",
        what=f"The run on {found.started.plan.endpoint} of {_when(found.started.wall_time)} was cut off.",
        why="The program ended before the run did. What was recorded until then has been kept.",
        todo="Open it to read and export its transcripts.",
    )


def _when(wall_time: str) -> str:
    try:
        return datetime.fromisoformat(wall_time).astimezone().strftime("%Y-%m-%d, %H:%M")
    except (ValueError, OverflowError, OSError):
        return "an unknown time"
