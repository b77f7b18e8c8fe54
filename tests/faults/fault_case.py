"""One row of the fault matrix, and the words that rows are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flux_desktop.cli.exit_codes import ExitCode
from tests.faults import faults_of_peers as peers
from tests.faults.faults_of_peers import Fault
from tests.faults.switchboard import Fate

PREFLIGHT = "before the run"

COMPLETED = "completed"
CONNECT_FAILED = "connect failed"
NEVER_CONNECTED = "never Connected"
FAILED = "failed in mid-stream"
NOT_STARTED = "not started"
NO_TRANSCRIPT = "no transcript"

PLAIN, HTTP1, EXPIRED, WRONG_HOST, UNTRUSTED = "plain", "http1", "expired", "wrong-host", "untrusted"
OTHER_SERVERS = frozenset({PLAIN, HTTP1, EXPIRED, WRONG_HOST, UNTRUSTED})
"""Other servers that the switchboard can put in a peer's place."""
DNS = "dns"
"""No connection at all: the address has a name that does not exist."""


@dataclass(frozen=True)
class Case:
    """One row: the fault, its phase, and what must come of it.

    `code` is the problem's (None: there is none). `again` is how often it is tried again at least, `back` how often
    the stream comes back in mid-stream. `fate` is what the switchboard does with every connection but the healthy one.
    """

    fault: str
    phase: str
    ledger: str
    code: str | None = None
    exit: ExitCode = ExitCode.CONNECTION_FAILED
    act: Fault = peers.whole_talk
    fate: Fate | None = None
    again: int = 0
    back: int = 0
    rotations: int = 0
    """How often it changes over to a new stream by itself, at least."""
    heals: bool = False
    violation: str | None = None
    audio_s: float = 3.0
    pause_s: float = 0.0
    """Silence of the recording itself, after its speech."""
    eot_timeout_ms: int = 500
    """A stream has gone silent after four times that."""
    plan: dict[str, Any] = field(default_factory=dict)
    peer: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    """There is no healthy stream beside it: nobody could reach that address, or the whole peer is bad."""
    after: Fault | None = None
    """What the following attempts meet instead of `act`, in the place of their answer."""

    @property
    def name(self) -> str:
        """Unique in the matrix."""
        return f"{self.fault} / {self.phase}"
