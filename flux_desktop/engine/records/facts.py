"""Facts about a connection and about a run: states, ledger classes, verdicts, rows and summaries.

The events of `engine.records.events` carry these; tables, files and reports show them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.flux.messages import Configure, ConfigureFailure, ConfigureSuccess
from flux_desktop.flux.options import FluxOptions


class ConnectionState(StrEnum):
    """The life of one connection, in order."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    OPENED = "opened"
    STREAMING = "streaming"
    RECONNECTING = "reconnecting"
    """The stream was lost, a new one is being opened; streaming follows."""
    DRAINING = "draining"
    ENDED = "ended"


class LedgerClass(StrEnum):
    """How a planned connection ended. Every planned connection ends in exactly one class."""

    NOT_STARTED = "not started"
    CONNECT_FAILED = "connect failed"
    NEVER_CONNECTED = "never Connected"
    FAILED = "failed in mid-stream"
    NO_TRANSCRIPT = "no transcript"
    GENERATOR_LOST = "generator lost"
    """Of a run on several machines: how the stream went on is unknown, because its machine was lost."""
    COMPLETED = "completed"


class Verdict(StrEnum):
    """What a run proved. INVALID: the measuring machine itself was the bottleneck."""

    DONE = "DONE"
    PASS = "PASS"  # noqa: S105 - no password
    FAIL = "FAIL"
    INVALID = "INVALID"


INTERRUPTED = "INTERRUPTED"


def outcome_word(verdict: str, *, interrupted: bool) -> str:
    """What is shown as the verdict of a run: one that was stopped before its end is INTERRUPTED whatever it proved."""
    return INTERRUPTED if interrupted else str(verdict)


class Percentiles(Struct, frozen=True, omit_defaults=True):
    """Percentiles in milliseconds and the number `n` of values; all None where `n` is 0."""

    n: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None


class ParameterState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parameters of one connection: the single record of what is wanted, in flight, in force and refused."""

    revision: int = 0
    """Number of the newest `SetParameters` that the connection has taken; 0 for the plan's own parameters."""
    wanted: FluxOptions = FluxOptions()
    in_force: FluxOptions = FluxOptions()
    """What the stream was opened with, and what the server has acknowledged since."""
    in_flight: Configure | None = None
    """Sent and not answered yet."""
    refused: str = ""
    """Why the wanted values are not in force and are not tried again until they are set again; else empty."""
    needs_new_stream: tuple[str, ...] = ()
    """Names of wanted values that take effect only with the connection's next stream."""


class ConnectionRow(Struct, kw_only=True, omit_defaults=True):
    """One connection at a glance, for tables. Latencies are those of Updates, user clock, in milliseconds."""

    conn: int
    state: ConnectionState = ConnectionState.WAITING
    ledger: LedgerClass | None = None
    turn_state: str = "Ready"
    turns: int = 0
    text: str = ""
    request_id: str | None = None
    update_latency_ms: float | None = None
    update_p50_ms: float | None = None
    update_p95_ms: float | None = None
    pacing_p99_ms: float | None = None
    chunks_sent: int = 0
    sent_bytes: int = 0
    late_chunks: int = 0
    position_s: float = 0.0
    """Seconds of audio sent, or skipped while there was no stream."""
    parameters: ParameterState | None = None
    """None as long as the plan's own parameters are wanted and in force."""
    retries: int = 0
    """Openings that failed and were retried."""
    reconnects: int = 0
    """How often the connection continued in a new stream after losing one."""
    problem: Problem | None = None

    def cut_off(self, problem: Problem, ledger: LedgerClass = LedgerClass.FAILED) -> ConnectionSummary:
        """The result of a connection of which nothing is known but this row: its process or its recording ended."""
        return ConnectionSummary(
            conn=self.conn,
            ledger=ledger,
            problem=problem,
            request_id=self.request_id,
            chunks_sent=self.chunks_sent,
            sent_bytes=self.sent_bytes,
            late_chunks=self.late_chunks,
            turns=self.turns,
            retries=self.retries,
            reconnects=self.reconnects,
        )


class GeneratorRow(Struct, kw_only=True, omit_defaults=True):
    """One machine of a run on several, at a glance."""

    name: str
    streams: int = 0
    """Connections that are open."""
    cpu_percent: float | None = None
    """Of one processor: of its busiest engine process."""
    pacing_p99_ms: float | None = None
    offset_ms: float = 0.0
    """Of its monotonic clock from the coordinator's."""
    offset_error_ms: float = 0.0
    """By which the estimate may be wrong, half a round trip."""
    heard_s_ago: float = 0.0
    """Time since its last answer."""
    heard_at_most_s_ago: float = 0.0
    """The longest such time in the run."""
    lost: str = ""
    """Why it counts as lost; else empty."""
    folder: str = ""
    """Where its recordings are until they have been fetched at the end of the run."""

    @property
    def clock(self) -> str:
        """The offset and its error in words: of two machines it is the difference of their uptimes, often days."""
        offset = f"{self.offset_ms:+.1f}" if abs(self.offset_ms) < 10_000 else f"{self.offset_ms / 1000:+,.0f} s"
        return f"{offset} ± {self.offset_error_ms:.1f} ms"


class ConnectionSummary(Struct, kw_only=True, omit_defaults=True):
    """The result of one connection; the source of tables, files and reports."""

    conn: int
    ledger: LedgerClass
    problem: Problem | None = None
    request_id: str | None = None
    aws_request_id: str | None = None
    chunks_sent: int = 0
    sent_bytes: int = 0
    late_chunks: int = 0
    turns: int = 0
    event_counts: dict[str, int] = {}
    final_texts: list[str] = []
    violations: dict[str, int] = {}
    configure_acks: list[ConfigureSuccess] = []
    configure_failures: list[ConfigureFailure] = []
    languages_detected: list[str] = []
    languages_hinted: list[str] = []
    first_end_of_turn_s: float | None = None
    """From the moment streaming began to the first EndOfTurn; it includes the speech itself."""
    connect_s: float | None = None
    headers_s: float | None = None
    connected_s: float | None = None
    close_s: float | None = None
    duration_s: float = 0.0
    rotations: int = 0
    retries: int = 0
    """Openings that failed and were retried, of the first stream and of those after a loss."""
    reconnects: int = 0
    """How often the connection continued in a new stream after losing one."""
    unheard_s: float = 0.0
    """Audio in the gaps of the reconnects: sent without an answer, or not sent at all."""
    audio_s: float = 0.0
    """Seconds of the source's audio that were due until the connection ended, sent or skipped."""
    sent_s: float = 0.0
    """The same with the silence after it."""
    update: Percentiles = Percentiles()
    wire: Percentiles = Percentiles()
    pacing: Percentiles = Percentiles()
    words: WordErrors | None = None

    def after(self, earlier: ConnectionSummary | None) -> ConnectionSummary:
        """Lost where it was already reported so: the recording of its generator, added later, has an end of its own."""
        if earlier is None or earlier.ledger is not LedgerClass.GENERATOR_LOST:
            return self
        return msgspec.structs.replace(self, ledger=earlier.ledger, problem=earlier.problem)
