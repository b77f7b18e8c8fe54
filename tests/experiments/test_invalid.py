"""The note on an experiment whose run is INVALID."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.experiments.invalid import invalid_note


def test_only_an_invalid_run_has_a_note_and_it_names_the_reasons() -> None:
    assert invalid_note("The recording", RunEnded(t=1.0, ledger={}, verdict=Verdict.DONE)) == ""
    ended = RunEnded(t=1.0, ledger={}, verdict=Verdict.INVALID, reasons=["audio was sent late", "the engine stalled"])
    note = "The recording is INVALID, so its delivery times are not reliable: audio was sent late; the engine stalled."
    assert invalid_note("The recording", ended) == note
