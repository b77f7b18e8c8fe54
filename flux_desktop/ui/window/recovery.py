"""Offers to open a run that was cut off when the program last ended."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.recording.unfinished import Unfinished, mark_seen, newest_unfinished
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.transcripts import Transcripts


async def offer_unfinished(banners: BannerStack, transcripts: Transcripts, sessions_dir: Path | None = None) -> None:
    """Show a banner with Open and Dismiss, if there is such a run; either ends the offer for good.

    A banner that is only closed, or cleared by the start of a run, comes back at the next start of the program.
    """
    unfinished = await file_work(
        "Looking for an interrupted run", partial(newest_unfinished, sessions_dir or default_sessions_dir())
    )
    if unfinished is None or transcripts.busy:
        return

    def dismiss() -> None:
        mark_seen(unfinished.folder)

    def open_it() -> None:
        mark_seen(unfinished.folder)
        transcripts.open_session(unfinished.folder)

    banners.show_problem(_offer(unfinished), "warn", {"Open": open_it, "Dismiss": dismiss})


def _offer(unfinished: Unfinished) -> Problem:
    plan = unfinished.started.plan
    return Problem(
        code="session_unfinished",
        what=f"The run on {plan.endpoint} started {_when(unfinished.started.wall_time)} did not finish.",
        why="The program ended before the run did. Everything recorded up to that point was kept.",
        todo="Open it to read and export its transcripts.",
    )


def _when(wall_time: str) -> str:
    try:
        return datetime.fromisoformat(wall_time).astimezone().strftime("on %Y-%m-%d at %H:%M")
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
