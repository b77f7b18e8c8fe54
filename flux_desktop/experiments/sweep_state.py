"""How far a sweep is, kept beside the sessions, so that one that was interrupted is continued."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.reports.files import write_whole

STATE_FOLDER = "sweeps"
NOT_SAVED = "How far the sweep is could not be saved: it cannot be continued after an interruption."


class SweepState(Struct, kw_only=True):
    """What was recorded of a sweep so far, kept beside the sessions."""

    schema: int = 1
    eot: float = 1.0
    """The threshold that is recorded at."""
    force_end: bool = True
    """Whether the build is believed to accept ForceEndTurn."""
    sessions: list[str] = []
    complete: bool = False

    @staticmethod
    def load(path: Path) -> SweepState:
        """What was recorded; a new state where nothing was, or everything. Blocks."""
        try:
            state = msgspec.json.decode(path.read_bytes(), type=SweepState)
        except (OSError, msgspec.DecodeError):
            return SweepState()
        return SweepState() if state.complete else state

    def save(self, path: Path) -> bool:
        """Keep it; False where that is not possible. Blocks."""
        try:
            make_private_folder(path.parent)
            write_whole(path, msgspec.json.encode(self))
        except (OSError, ProblemError):
            return False
        return True


def digest(parts: object) -> str:
    """A name for what makes sweeps alike: equal for equal parts."""
    return hashlib.blake2s(msgspec.json.encode(parts), digest_size=8).hexdigest()
