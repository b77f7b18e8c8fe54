"""What it means for an experiment that a run it rests on is INVALID."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict


def invalid_note(subject: str, ended: RunEnded) -> str:
    """A sentence about a run; empty unless it is INVALID."""
    if ended.verdict is not Verdict.INVALID:
        return ""
    return f"{subject} is INVALID, so its delivery times are not reliable: {'; '.join(ended.reasons)}."
