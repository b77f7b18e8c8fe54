"""Why a run that is over has no end of a connection: it was never started, or its recording is missing."""

from __future__ import annotations

from enum import StrEnum

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.reports.session_summary import without_end
from flux_desktop.ui.models.run_phase import Origin


class Absence(StrEnum):
    """The reason as a sentence for the connection's tab."""

    NOT_STARTED = "This connection was not started because the run ended first."
    MISSING = "The recording of this connection is missing from the session."
    UNKNOWN = "Nothing of this connection was recorded: it was not started, or its recording is missing."

    @property
    def state(self) -> str:
        """The same as the state of the connection."""
        return str(LedgerClass.NOT_STARTED) if self is Absence.NOT_STARTED else "not recorded"


def absence_of(ended: RunEnded, recorded_ends: int, origin: Origin) -> Absence:
    """The reason for all connections without an end; of a live run every end is known."""
    if origin is Origin.LIVE:
        return Absence.NOT_STARTED
    if without_end(ended, recorded_ends):
        return Absence.UNKNOWN if ended.ledger.get(LedgerClass.NOT_STARTED) else Absence.MISSING
    return Absence.UNKNOWN if ended.unrecorded else Absence.NOT_STARTED
