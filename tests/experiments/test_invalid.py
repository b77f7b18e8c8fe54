"""What an INVALID run means, in a sentence."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.experiments.invalid import invalid_note

ENDED = RunEnded(t=1.0, verdict=Verdict.INVALID, ledger={}, reasons=["sent late", "the engine was late"])


def test_the_reasons_are_stated_and_no_other_verdict_is_noted() -> None:
    note = "The recording is INVALID, so its delivery times are not reliable: sent late; the engine was late."
    assert invalid_note("The recording", ENDED) == note
    assert invalid_note("The recording", replace(ENDED, verdict=Verdict.FAIL)) == ""
