"""How long sessions are kept: a rule beside them that the window and the command line share.

Nothing is deleted until the user has agreed to it once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.amounts import amount, size_words
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.sessions.facts import SessionFacts, size_of
from flux_desktop.reports.sessions.index import SessionIndex, folders_in
from flux_desktop.reports.sessions.keeping import KEEP_LAST, MAX_BYTES, remove, surplus

RULE_FILE = "retention.json"
_GB = 1e9


class Retention(Struct, frozen=True, kw_only=True):
    """The rule. The newest `KEEP_LAST` sessions and starred ones are always kept."""

    max_gb: float = MAX_BYTES / _GB
    max_age_days: float | None = None
    agreed: bool = False
    """Whether the user has agreed that sessions are deleted by it."""

    def sentence(self) -> str:
        """The rule in words."""
        age = f" and those older than {self.max_age_days:g} days" if self.max_age_days is not None else ""
        return (
            f"The oldest sessions beyond {self.max_gb:g} GB{age} are deleted at the start and after a run; "
            f"the newest {KEEP_LAST} and starred ones are always kept."
        )


def load_retention(parent: Path) -> Retention:
    """The rule of a folder of sessions; the default where there is none that can be read."""
    try:
        rule = msgspec.json.decode((parent / RULE_FILE).read_bytes(), type=Retention)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return Retention()
    return rule if rule.max_gb >= 0 and (rule.max_age_days is None or rule.max_age_days > 0) else Retention()


def save_retention(parent: Path, rule: Retention) -> None:
    """Keep the rule. Raises `ProblemError`."""
    make_private_folder(parent)
    write_whole(parent / RULE_FILE, msgspec.json.format(msgspec.json.encode(rule)))


def overdue(parent: Path, rule: Retention, now: datetime | None = None) -> list[SessionFacts]:
    """The sessions that the rule deletes, oldest first. Blocks."""
    max_age = None if rule.max_age_days is None else timedelta(days=rule.max_age_days)
    sessions = [each for each in SessionIndex(parent).sessions() if each.verdict != "RECORDING"]
    return surplus(sessions, now or datetime.now(UTC), max_bytes=round(rule.max_gb * _GB), max_age=max_age)


def keep_to_rule(parent: Path) -> Problem | None:
    """Delete by the rule if the user has agreed, else say what it would delete; None where nothing is to do. Blocks.

    Raises `ProblemError` where a session cannot be deleted.
    """
    rule = load_retention(parent)
    if rule.max_age_days is None and sum(map(size_of, folders_in(parent))) <= rule.max_gb * _GB:
        return None  # known without the index
    dropped = overdue(parent, rule)
    if not dropped:
        return None
    counted = amount(len(dropped), "session")
    size = size_words(sum(each.size_bytes for each in dropped))
    if not rule.agreed:
        return Problem(
            code="retention_due",
            what=f"{counted} ({size}) can be deleted to keep the recordings within {rule.max_gb:g} GB.",
            why=f"{rule.sentence()} Nothing has been deleted yet.",
        )
    for session in dropped:
        remove(parent, session.name)
    return Problem(code="retention_done", what=f"{counted} ({size}) deleted.", why=rule.sentence())
