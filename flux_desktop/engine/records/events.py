"""The event log of a run: what workers and supervisor report, with the events of its audio from `audio_events`.

One JSON object per line, tagged by ``event``. The same lines go over the workers' pipes and into the recording on disk,
feed the window and the command line, and can be replayed without an endpoint.
Times `t` are seconds since the run's origin on the machine's monotonic clock.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem
from flux_desktop.base.redaction import redact_values
from flux_desktop.engine.records.audio_events import (
    AudioFile,
    AudioStarted,
    ClipAhead,
    ClipReference,
    ClipStarted,
    MicrophoneRecorded,
)
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    GeneratorRow,
    Percentiles,
    Verdict,
)
from flux_desktop.engine.records.pass_criteria import LimitResult
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.flux.turns import Turn, TurnState

SCHEMA_VERSION = 2
"""2: connections instead of streams in tags and names, parsed facts in `Received`, parameters in rows."""
UNREADABLE = "unreadable"


class _Event(Struct, tag_field="event", kw_only=True, omit_defaults=True):
    pass


class WorkerReady(_Event, tag="worker_ready"):
    """First line of every worker."""

    pid: int
    version: str
    schema: int = msgspec.field(default_factory=lambda: SCHEMA_VERSION)  # a factory: always written


class WorkerHeartbeat(_Event, tag="heartbeat"):
    """A worker is alive, also while it reads audio and has no run yet; between worker and supervisor only."""


class RunReady(_Event, tag="run_ready"):
    """A worker has read its audio and waits for `BeginStreams`; between worker and supervisor only."""


class RunStarted(_Event, tag="run_started"):
    """`wall_time` is for headings only (ISO 8601, UTC); `notes` are sentences a person should read."""

    t: float
    wall_time: str
    plan: RunPlan
    version: str
    schema: int = msgspec.field(default_factory=lambda: SCHEMA_VERSION)  # a factory: always written
    notes: list[str] = []


class ConnectionChanged(_Event, tag="connection"):
    """A connection reached a state."""

    t: float
    conn: int
    state: ConnectionState
    request_id: str | None = None
    aws_request_id: str | None = None
    variant: str | None = None
    rotations: int = 0
    """How often the connection has switched to a new stream as planned."""
    retries: int = 0
    reconnects: int = 0
    """How often it has come back in a new stream after losing one; its turns and audio continue."""
    problem: Problem | None = None
    """With ``connecting`` and ``reconnecting``: why the stream before this attempt failed."""
    gap: tuple[float, float] | None = None
    """With the first state after a reconnect: the part of the audio, in seconds, that was not transcribed."""
    closed_turn: Turn | None = None
    """A turn that was open in the stream before, and ends with its last text."""
    cut_s: float | None = None
    """With a switch to a new stream in the middle of speech: where in the audio, as the word there may be missing."""

    @property
    def streams_before(self) -> int:
        """Streams that the connection has left behind."""
        return self.rotations + self.reconnects


class Received(_Event, tag="received"):
    """A message from the server, raw and as parsed by the engine, the only place that parses it.

    Turn numbers and audio times count over all streams of the connection. Latencies (ms) belong to Updates and turn
    events.
    """

    t: float
    conn: int
    type: str
    """The message's type, `UNREADABLE` for bytes that are no message."""
    text: str
    """As received."""
    turn_event: str = ""
    """Of a TurnInfo: StartOfTurn, Update, …"""
    turn: Turn | None = None
    """The turn that the message belongs to, as it stands now; `ended_by` is set by its last message."""
    turn_state: TurnState = TurnState.READY
    """After the message."""
    closed_turn: Turn | None = None
    """The turn before, if this message belongs to another one and no EndOfTurn was received in between."""
    eot_confidence: float | None = None
    code: str = ""
    """Of an Error, a Warning or a ConfigureFailure."""
    description: str = ""
    user_latency_ms: float | None = None
    wire_latency_ms: float | None = None
    violations: list[str] = []
    """Names of the protocol rules that the message breaks (`flux.turns`)."""


class Sent(_Event, tag="sent"):
    """A control message that was sent; audio is not recorded here."""

    t: float
    conn: int
    text: str


class ConnectionEnded(_Event, tag="connection_ended"):
    """The end of a connection; `closed_turn` is a turn that was still open and ends with its last text."""

    t: float
    summary: ConnectionSummary
    closed_turn: Turn | None = None


class Snapshot(_Event, tag="snapshot"):
    """The run at a glance, at 10 Hz; `rows` has only the connections that changed."""

    t: float
    ledger: dict[str, int]
    """Connections by state or class; adds up to the plan."""
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
    """Against the reference text, for turns that have ended; None without one."""
    eager_gained_s: float = 0.0
    """Sum of the leads of all eager ends of turn that an end of turn has confirmed."""
    unheard_s: float = 0.0
    """With several workers: how much older the last snapshot of the one that has been silent for longest is."""


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


class TranscriptProvenance(_Event, tag="transcript_provenance"):
    """Where the built-in endpoint's transcripts come from, by request id: a script, a recogniser, or both."""

    t: float
    sources: dict[str, list[str]]


class GeneratorsSeen(_Event, tag="generators"):
    """The machines of a run on several, once a second and at its end."""

    t: float
    rows: list[GeneratorRow]


class RunRefused(_Event, tag="run_refused"):
    """A worker cannot carry out its run; between worker and supervisor only."""

    t: float
    problem: Problem


class Notice(_Event, tag="notice"):
    """A problem of the run as a whole, or a remark; the run continues unless a `RunEnded` follows."""

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
    unrecorded: str = ""
    """What the recording of the run lacks and why, in a sentence; empty for nothing. The figures do not lack it."""


Event = (
    WorkerReady
    | WorkerHeartbeat
    | RunReady
    | RunStarted
    | ConnectionChanged
    | AudioStarted
    | ClipAhead
    | AudioFile
    | MicrophoneRecorded
    | ClipStarted
    | ClipReference
    | Received
    | Sent
    | ConnectionEnded
    | Snapshot
    | Histograms
    | LevelMeasured
    | TranscriptProvenance
    | GeneratorsSeen
    | RunRefused
    | Notice
    | RunEnded
)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """One JSON object and a newline, without any secret that is known by value: it goes far."""
    return redact_values(encode_line(event))


def encode_line(event: Event) -> bytes:
    """As `encode_event`, with its secrets: for a `Recorder`, which removes them from many lines at once."""
    return _encoder.encode(event) + b"\n"


def decode_event(line: bytes | str) -> Event:
    """Parse one event line; raises `msgspec.DecodeError` (or its ValidationError) for anything else."""
    try:
        event: Event = _decoder.decode(line)
    except (UnicodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    return event
