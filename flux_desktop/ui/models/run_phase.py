"""Where the run that is shown comes from, and where the window's run stands."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """Where the run that is shown comes from."""

    LIVE = "live"
    REPLAY = "replay"
    """A recording, played at some speed."""
    PAST = "past session"
    """A recording, shown at once."""


class RunPhase(StrEnum):
    """Where the window's run stands."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"
