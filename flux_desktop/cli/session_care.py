"""What is done for the recordings around a run on the command line: room on the disk, retention, the digest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.streams import complain
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.reports.sessions.digest import is_worth_it, write_digest
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.retention import keep_to_rule
from flux_desktop.reports.sessions.space import MOST_PER_MINUTE, bytes_per_connection_minute, space_problem

AGREE = "To agree, use “flux-stress sessions retention --agree”; to change the rule, its --max-gb and --max-age-days."


def before_run(stream_minutes: float | None, sessions_dir: Path | None) -> None:
    """Keep to the retention rule, and say if the disk has too little room for a run; None where its end is open."""
    parent = sessions_dir or default_sessions_dir()
    _keep(parent)
    if stream_minutes is None or space_problem(parent, stream_minutes, MOST_PER_MINUTE) is None:
        return
    problem = space_problem(parent, stream_minutes, bytes_per_connection_minute(SessionIndex(parent).sessions()))
    if problem is not None:
        complain(plain(problem.sentence()))


def after_run(folders: Iterable[Path | None]) -> None:
    """Make the digests of large recordings, and keep to the retention rule of their folder."""
    recorded = [folder for folder in folders if folder is not None and folder.is_dir()]
    for folder in recorded:
        try:
            if is_worth_it(folder):
                complain("Preparing the recording, so that it opens at once…")
                write_digest(folder)
        except OSError as error:
            why = error.strerror or error
            complain(plain(f"The recording is not prepared: {why}. It opens all the same, but slowly."))
    for parent in {folder.parent for folder in recorded}:
        _keep(parent)


def _keep(parent: Path) -> None:
    try:
        problem = keep_to_rule(parent)
    except ProblemError as error:
        problem = error.problem
    if problem is not None:
        hint = f" {AGREE}" if problem.code == "retention_due" else ""
        complain(plain(problem.sentence() + hint))
