"""Conditions on the events of a run, for tests that wait for them."""

from __future__ import annotations

from flux_desktop.engine.records.events import (
    ConnectionChanged,
    Received,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionState


def is_streaming(event):
    return isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING


def in_force(options, conn=1):
    """Whether an event is a snapshot by which a connection's stream has these parameters."""
    return lambda event: (
        isinstance(event, Snapshot)
        and any(
            row.conn == conn and row.parameters is not None and row.parameters.in_force == options for row in event.rows
        )
    )


def has_text(start):
    return lambda event: (
        isinstance(event, Received) and event.turn is not None and event.turn.transcript.startswith(start)
    )
