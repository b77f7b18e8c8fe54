"""The event log: what a worker tells everybody.

One JSON object a line, tagged by ``event``. The same lines travel over the worker's pipes, stand
in the recording on disk, feed the window and the command line, and can be replayed with no endpoint at all.
Times `t` are seconds since the run's origin on the machine's monotonic clock.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem
from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, Percentiles, Verdict
from flux_desktop.engine.records.pass_criteria import LimitResult
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.records.word_errors import WordErrors
from flux_desktop.flux.messages import MessageError, ServerMessage, TurnInfo, parse_server_message, shift

SCHEMA_VERSION = 1


class _Event(Struct, tag_field="event", kw_only=True, omit_defaults=True):
    pass


class WorkerReady(_Event, tag="worker_ready"):
    """First line of every worker."""

    pid: int
    version: str
    schema: int = SCHEMA_VERSION


class Heartbeat(_Event, tag="heartbeat"):
    """A worker is alive, also while it reads audio and has no run yet; between worker and supervisor only."""


class RunReady(_Event, tag="run_ready"):
    """A worker has read its audio and waits for `BeginStreams`; between worker and supervisor only."""


class RunStarted(_Event, tag="run_started"):
    """`wall_time` is for headings only (ISO 8601, UTC); `notes` are sentences a person should read."""

    t: float
    wall_time: str
    plan: RunPlan
    version: str
    schema: int = SCHEMA_VERSION
    notes: list[str] = []


class ConnectionChanged(_Event, tag="stream"):
    """A connection reached a state."""

    t: float
    conn: int
    state: ConnectionState
    request_id: str | None = None
    aws_request_id: str | None = None
    variant: str | None = None
    rotations: int = 0
    """How often the connection has changed over to a new stream."""
    retries: int = 0
    reconnects: int = 0
    """How often it has come back in a new stream after it had lost one; its turns and audio go on."""
    problem: Problem | None = None
    """With ``connecting`` and ``reconnecting``: why the stream before this attempt is of no use."""
    gap: tuple[float, float] | None = None
    """With the first state after a reconnect: from where to where, in seconds of audio, nothing was heard."""

    @property
    def streams_before(self) -> int:
        """Streams that the connection has left behind; a turn that was open in one ends with it."""
        return self.rotations + self.reconnects


class Received(_Event, tag="received"):
    """A message from the server, as it came. Latencies (ms) stand on Updates and turn events."""

    t: float
    conn: int
    text: str
    user_latency_ms: float | None = None
    wire_latency_ms: float | None = None
    violations: list[str] = []
    turn_offset: int = 0
    """Turns of earlier streams of the same connection: add it to the message's own turn_index."""
    audio_offset_s: float = 0.0
    """Audio of earlier streams of the same connection: add it to the message's own audio windows."""


class Sent(_Event, tag="sent"):
    """A control message that was sent; audio is not recorded here."""

    t: float
    conn: int
    text: str


class ConnectionEnded(_Event, tag="stream_ended"):
    """The last word on a connection; `closed_text` is an open turn's text that became final on closing."""

    t: float
    summary: ConnectionSummary
    closed_text: str | None = None


class Snapshot(_Event, tag="snapshot"):
    """The run at a glance, at 10 Hz; `rows` holds only the connections that changed."""

    t: float
    ledger: dict[str, int]
    """Streams by state or class; adds up to the plan."""
    rows: list[ConnectionRow] = []
    update: Percentiles = Percentiles()
    wire: Percentiles = Percentiles()
    pacing: Percentiles = Percentiles()
    chunks_sent: int = 0
    messages_received: int = 0
    loop_lag: Percentiles = Percentiles()
    cpu_percent: float | None = None
    figures: dict[str, Percentiles] = {}
    """All further durations by name (`figure_names.FIGURES`), where any was measured."""
    words: WordErrors | None = None
    """Against the reference text, for turns that have ended; None where none is known."""


class Histograms(_Event, tag="histograms"):
    """A worker's whole histograms (HdrHistogram's base64 form), from which the run's percentiles are merged."""

    t: float
    encoded: dict[str, str]
    """By name; those that hold no value are left out."""
    cpu_percent: float
    """Of one processor, since the worker's first stream."""
    final: bool


class LevelMeasured(_Event, tag="level"):
    """How loud one frame of the microphone was, in dB of full scale."""

    t: float
    rms_dbfs: float
    peak_dbfs: float
    is_clipped: bool = False
    is_silent: bool = False
    """Digital silence: a muted or dead microphone, not a quiet room."""


class TranscriptProvenance(_Event, tag="words_sourced"):
    """Where the built-in endpoint's words come from, by request id: ``script NAME`` or ``PocketSphinx``, or both."""

    t: float
    sources: dict[str, list[str]]


class RunRefused(_Event, tag="run_refused"):
    """A worker cannot carry out its run at all; between worker and supervisor only."""

    t: float
    problem: Problem


class Notice(_Event, tag="notice"):
    """A problem of the run as a whole, or a remark; the run goes on unless a `RunEnded` follows."""

    t: float
    problem: Problem


class RunEnded(_Event, tag="run_ended"):
    """The end of a run. `problem` is set when the run could not be carried out at all."""

    t: float
    verdict: Verdict
    ledger: dict[str, int]
    reasons: list[str] = []
    limits: list[LimitResult] = []
    """Every limit with its value, those that were met included."""
    problem: Problem | None = None
    update: Percentiles = Percentiles()
    wire: Percentiles = Percentiles()
    pacing: Percentiles = Percentiles()
    figures: dict[str, Percentiles] = {}
    words: WordErrors | None = None
    interrupted: bool = False


Event = (
    WorkerReady
    | Heartbeat
    | RunReady
    | RunStarted
    | ConnectionChanged
    | Received
    | Sent
    | ConnectionEnded
    | Snapshot
    | Histograms
    | LevelMeasured
    | TranscriptProvenance
    | RunRefused
    | Notice
    | RunEnded
)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """One JSON object and a newline, without any secret that is known by value: it goes far."""
    return redact_values(_encoder.encode(event)) + b"\n"


def message_of(event: Received) -> ServerMessage | None:
    """What a `Received` says, its turn and its times counted over all streams of the connection.

    None for text that is no message.
    """
    try:
        message = parse_server_message(event.text)
    except MessageError:
        return None
    if isinstance(message, TurnInfo) and (event.turn_offset or event.audio_offset_s):
        shift(message, event.turn_offset, event.audio_offset_s)
    return message


def decode_event(line: bytes | str) -> Event:
    """Parse one event line; raises `msgspec.DecodeError` (or its ValidationError) for anything else."""
    try:
        event: Event = _decoder.decode(line)
    except (UnicodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    return event
