"""The observed account at the end of a run or a search."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.cli.streams import complain
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.reports.documents.account import read_account

_READ_MAX_S = 600.0
"""For the recording of hours on hundreds of connections."""


async def account_of(folder: Path | None) -> AccountTimeline | None:
    """The timeline of a session; None where the account was not observed. A failure is reported on standard error."""
    if folder is None:
        return None
    try:
        return await file_work("Reading the account's timeline", lambda: read_account(folder), _READ_MAX_S)
    except OSError as error:
        complain(f"The account's timeline cannot be read: {error.strerror or error}.")
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
    return None
