"""Why a past session has no end of a connection."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.events import RunEnded, RunStarted
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.ui.models.absence import Absence, absence_of
from flux_desktop.ui.models.overview import COLUMNS
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.panels.conversation_view import state_words
from tests.ui import scripted


def end(completed: int, not_started: int = 0, unrecorded: str = "") -> RunEnded:
    ledger = {str(LedgerClass.COMPLETED): completed, str(LedgerClass.NOT_STARTED): not_started}
    return RunEnded(t=99.0, verdict=Verdict.DONE, ledger=ledger, unrecorded=unrecorded)


@pytest.mark.parametrize(
    ("ended", "recorded_ends", "origin", "absence"),
    [
        (end(4), 2, Origin.PAST, Absence.MISSING),
        (end(4), 2, Origin.REPLAY, Absence.MISSING),
        (end(3, 1), 2, Origin.PAST, Absence.UNKNOWN),
        (end(2, 2), 2, Origin.PAST, Absence.NOT_STARTED),
        (end(2, 2, "The recording ends."), 2, Origin.PAST, Absence.UNKNOWN),
        (end(2, 2, "The recording is incomplete."), 2, Origin.LIVE, Absence.NOT_STARTED),
    ],
)
def test_what_is_known_of_connections_without_an_end(
    ended: RunEnded, recorded_ends: int, origin: Origin, absence: Absence
) -> None:
    assert absence_of(ended, recorded_ends, origin) is absence


def test_a_connection_whose_recording_is_missing_is_not_called_not_started() -> None:
    model = RunModel()
    model.reset(scripted.plan(2), origin=Origin.PAST)
    for event in scripted.scripted_run(1):
        if not isinstance(event, RunStarted | RunEnded):
            model.feed(event)
    model.feed(end(2))
    recorded, missing = model.conversation(1), model.conversation(2)
    assert recorded.summary is not None
    assert missing.absence is Absence.MISSING
    assert state_words(missing) == COLUMNS[1].words(missing) == "not recorded"
