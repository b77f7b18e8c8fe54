"""One row of the fault matrix, and the names that rows are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flux_desktop.cli.exit_codes import ExitCode
from tests.faults import peer_faults as peers
from tests.faults.peer_faults import Fault
from tests.faults.tcp_proxy import Treatment

PREFLIGHT = "before the run"

COMPLETED = "completed"
CONNECT_FAILED = "connect failed"
NEVER_CONNECTED = "never Connected"
FAILED = "failed in mid-stream"
NOT_STARTED = "not started"
NO_TRANSCRIPT = "no transcript"

PLAIN, HTTP1, EXPIRED, WRONG_HOST, UNTRUSTED = "plain", "http1", "expired", "wrong-host", "untrusted"
OTHER_SERVERS = frozenset({PLAIN, HTTP1, EXPIRED, WRONG_HOST, UNTRUSTED})
"""Servers that the proxy can put in the place of a peer."""
DNS = "dns"
"""No connection at all: the host name does not exist."""


@dataclass(frozen=True)
class Case:
    """One row: the fault, its phase, and the expected outcome.

    `code` is the problem's code (None: no problem), `retries` the least number of retries, `reconnects` the number of
    reconnects in mid-stream. `treatment` is what the proxy does with every connection but the healthy one.
    """

    fault: str
    phase: str
    ledger: str
    code: str | None = None
    exit: ExitCode = ExitCode.CONNECTION_FAILED
    act: Fault = peers.whole_conversation
    treatment: Treatment | None = None
    retries: int = 0
    reconnects: int = 0
    rotations: int = 0
    """The least number of rotations."""
    recovers: bool = False
    violation: str | None = None
    audio_s: float = 3.0
    pause_s: float = 0.0
    """Silence at the end of the recording."""
    eot_timeout_ms: int = 500
    """A stream counts as stalled after four times this."""
    plan: dict[str, Any] = field(default_factory=dict)
    peer: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    """There is no healthy stream in the run: no stream could reach that address, or the whole peer misbehaves."""
    after: Fault | None = None
    """Replaces `act` in later attempts, before their answer."""

    @property
    def name(self) -> str:
        """Unique in the matrix."""
        return f"{self.fault} / {self.phase}"
