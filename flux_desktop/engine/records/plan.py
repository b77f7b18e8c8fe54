"""The plan of a run as data; the same plan drives the window, the command line and a replay."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.audio.channels import Channel
from flux_desktop.base.problem import Problem
from flux_desktop.datasets.assignment import TRAILING_SILENCE_S
from flux_desktop.engine.records.pass_criteria import Limit
from flux_desktop.engine.records.stages import STREAMS_MAX, Stage
from flux_desktop.flux.defaults import CHUNK_S
from flux_desktop.flux.messages import Configure
from flux_desktop.flux.options import FluxOptions, contradictions
from flux_desktop.flux.query import query_problems

_ENDPOINT_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""The pattern of the service model."""
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LOCAL_ENDPOINT = "local"
"""Name of the built-in endpoint; a run on it starts and stops its process."""
KEEPALIVE_MIN_S = 0.1
"""Shorter intervals would be a load of their own."""
LIVE = "live"
"""Purpose of a run that is no part of an experiment."""


class WavSource(Struct, frozen=True, kw_only=True, tag="wav"):
    """An audio file, streamed at real-time pace; `loop` restarts it when it ends."""

    path: str
    loop: bool = False
    channel: Channel = "mix"
    """Of a file with several channels."""


class DataSetSource(Struct, frozen=True, kw_only=True, tag="data_set"):
    """A data set of which every connection sends clips of its own, one after another, in an order by `seed`.

    Without `duration_s` all clips are sent `passes` times. The same seed gives the same load.
    """

    path: str
    seed: int = 0
    columns: dict[str, str] = {}
    """Headings of a table, by field."""
    strict: bool = False
    """Refuse the run if an entry cannot be used; else it is left out and reported."""
    channel: Channel = "mix"
    """Of files with several channels, where the data set does not state it."""
    passes: int = 1
    at_once: bool = False
    """All connections send the same clips at the same time."""
    fresh_connection: bool = False
    """Every connection sends one clip only. The plan has a connection for each clip and pass."""
    trailing_silence_s: float = TRAILING_SILENCE_S
    """After each clip: its last turn ends before the next clip begins, also by a slow threshold."""
    entries: tuple[int, ...] = ()
    """Clips by their place in the data set, from 0: connection k sends the k-th of these alone.
    Empty: every connection sends its share of all clips."""
    left_out: tuple[int, ...] = ()
    """Clips by their place in the data set that were found unusable before the run."""


class MicrophoneSource(Struct, frozen=True, kw_only=True, tag="microphone"):
    """A capture device by PortAudio's index; None is the system's default."""

    device_index: int | None = None
    device_name: str = "system default"
    go_on_when_lost: bool = False
    """When the device is lost during the run: continue with silence, or end the run."""
    record: bool = False
    """Save its audio in the session folder, with the consent of the user."""


Source = WavSource | DataSetSource | MicrophoneSource


class RunPlan(Struct, frozen=True, kw_only=True):
    """One run. No secret is in it: a plan is recorded, shown and replayed."""

    endpoint: str
    source: Source
    purpose: str = LIVE
    """What the run is part of: live, sweep, confirm, A/B, isolation, capacity or probe."""
    options: FluxOptions = FluxOptions()
    variants: tuple[FluxOptions, ...] = ()
    """Parameters of the connections in turn, connection k those at place (k - 1) modulo their number; empty: all have
    `options`. Encoding and sample rate are those of `options`."""
    line_noise_dbfs: float | None = None
    """Level of the noise in the silence that follows the audio; None is digital silence."""
    connections: int = 1
    region: str = "us-east-1"
    profile: str | None = None
    endpoint_url: str | None = None
    ca_file: str | None = None
    target_variant: str | None = None
    duration_s: float | None = None
    """Seconds of audio to send on each connection; None is to the end of the file, or until stopped."""
    batch_size: int = 0
    """Connections opened together; 0 opens them all, at most `opening_max` at the same time."""
    held_max: int = 0
    """Connections held at the same time, the next one opening when one has ended; 0 is all of them."""
    batch_delay_s: float = 0.0
    opening_max: int = 50
    streams_per_channel: int = 1
    """Streams that share a TCP and TLS connection at most; fewer if the server's settings say so."""
    chunk_s: float = CHUNK_S
    stages: tuple[Stage, ...] = ()
    """A ramp: connections held step by step. `connections` is then `len(slots(stages))`, and connection k (from 1)
    opens and ends according to slot k; `duration_s` and `batch_size` are ignored."""
    on_demand: bool = False
    """Connections open and end when `OpenConnections` and `EndConnections` say so, and the run ends when it is stopped.
    `connections` is then the largest number held at once; each lasts for `duration_s` at most."""
    idle_before_audio_s: float = 0.0
    """Seconds that each connection stays open before its audio, with only tiny keep-alive samples sent."""
    keepalive_interval_s: float | None = None
    """A tiny keep-alive sample this often, before and between the audio; None is every 10 s before it, else never."""
    reconfigure_after_s: float | None = None
    """Seconds of audio after which `reconfigure` is sent, once."""
    reconfigure: Configure | None = None
    """Sent exactly as it is, so that a refusal can be tried on purpose."""
    finalize_at_end: bool = False
    """Send Finalize after the last audio; builds that do not support it end the stream."""
    force_end_turn_at_end: bool = False
    """Send ForceEndTurn after the last audio, which ends the open turn on newer builds."""
    rotate_after_s: float = 28 * 60.0
    """Age of a stream from which its connection switches to a new one, in the next silence; connections spread this
    over a part of it (`rotation_policy`), so that not all of them switch at once."""
    rotate_latest_s: float = 29.5 * 60.0
    """Age at which it switches in any case: SageMaker ends every stream at 30 minutes."""
    reconnect: bool = True
    """Open a failed stream again, by `engine.connection.retry_policy`; off, its first failure ends the connection."""
    limits: tuple[Limit, ...] = ()
    """What the run's figures are compared with at its end."""
    bundle: str = "unknown"
    """The server build, where known: a name in `flux.bundles.BUNDLES`."""
    local_arguments: tuple[str, ...] = ()
    """Further arguments for the built-in endpoint's process."""
    observe_account: bool = False
    """Read the endpoint's instances, metrics and scaling during the run (`supervision.account_watch`)."""

    def options_for(self, conn: int) -> FluxOptions:
        """The parameters that connection `conn` (from 1) begins with."""
        if not self.variants:
            return self.options
        own, mine = self.variants[(conn - 1) % len(self.variants)], self.options
        return replace(own, encoding=mine.encoding, sample_rate_hz=mine.sample_rate_hz)

    @property
    def public(self) -> RunPlan:
        """Without secrets among the parameters, as it is recorded and shown."""
        return replace(self, options=self.options.public, variants=tuple(each.public for each in self.variants))

    @property
    def held(self) -> int:
        """The largest number of connections at the same time."""
        return min(self.connections, self.held_max) if self.held_max else self.connections

    @property
    def is_local(self) -> bool:
        """Whether the run starts the built-in endpoint."""
        return self.is_stand_in and self.endpoint_url is None

    @property
    def is_stand_in(self) -> bool:
        """Whether the built-in endpoint answers; its recorded plan has an address, and starts none."""
        return self.endpoint == LOCAL_ENDPOINT


def plan_problems(plan: RunPlan) -> list[Problem]:
    """Everything wrong with a plan that can be known before anything connects."""
    invalid = [
        problem
        for options in (plan.options, *plan.variants)
        for problem in (*contradictions(options), *query_problems(options))
    ]
    if plan.line_noise_dbfs is not None and not -100 <= plan.line_noise_dbfs <= -20:
        invalid.append(_out_of_range("The level of the line noise", plan.line_noise_dbfs, "between -100 and -20 dBFS"))
    if not 1 <= plan.connections <= STREAMS_MAX:
        invalid.append(_out_of_range("Connections", plan.connections, f"between 1 and {STREAMS_MAX}"))
    if plan.duration_s is not None and not plan.duration_s > 0:
        invalid.append(_out_of_range("The duration", plan.duration_s, "greater than 0 seconds"))
    if not 0.01 <= plan.chunk_s <= 1.0:
        invalid.append(_out_of_range("The chunk length", plan.chunk_s, "between 0.01 and 1 second"))
    for name, count, least in (
        ("The batch size", plan.batch_size, 0),
        ("Simultaneous openings", plan.opening_max, 1),
        ("Streams per channel", plan.streams_per_channel, 1),
        ("Simultaneous connections", plan.held_max, 0),
        ("The number of passes", plan.source.passes if isinstance(plan.source, DataSetSource) else 1, 1),
    ):
        if count < least:
            invalid.append(_out_of_range(name, count, f"at least {least}"))
    for name, value in (
        ("The batch delay", plan.batch_delay_s),
        ("The idle time", plan.idle_before_audio_s),
        ("The time of Configure", plan.reconfigure_after_s),
        ("The silence after a clip", plan.source.trailing_silence_s if isinstance(plan.source, DataSetSource) else 0.0),
    ):
        if value is not None and not value >= 0:
            invalid.append(_out_of_range(name, value, "at least 0 seconds"))
    if plan.keepalive_interval_s is not None and not plan.keepalive_interval_s >= KEEPALIVE_MIN_S:
        allowed = f"at least {KEEPALIVE_MIN_S:g} seconds"
        invalid.append(_out_of_range("The keep-alive interval", plan.keepalive_interval_s, allowed))
    if not plan.endpoint.strip():
        invalid.append(Problem(code="no_endpoint", what="No endpoint is selected.", todo="Select one from the list."))
    elif not _ENDPOINT_NAME.fullmatch(plan.endpoint):
        invalid.append(
            Problem(
                code="plan_invalid",
                what=f"“{plan.endpoint}” is not a valid endpoint name.",
                why="Endpoint names have 1 to 63 letters, digits and hyphens.",
                todo="Enter the endpoint's name, not its ARN or address.",
            )
        )
    if _gives_keys(plan.local_arguments):
        invalid.append(
            Problem(
                code="plan_invalid",
                what="The keys of the built-in endpoint cannot be set for a run.",
                why="They would be visible on a command line and in the recording.",
                todo="Omit --access-key and --secret-key: the endpoint creates new keys at every start.",
            )
        )
    if plan.endpoint_url and "@" in plan.endpoint_url.partition("://")[2].partition("/")[0]:
        invalid.append(
            Problem(
                code="plan_invalid",
                what="The endpoint's address must not contain a user name or password.",
                why="Requests are signed with AWS keys, and the address is recorded.",
                todo="Write it as https://HOST:PORT.",
            )
        )
    if not _REGION.fullmatch(plan.region):
        invalid.append(
            Problem(code="plan_invalid", what=f"“{plan.region}” is not an AWS region.", todo="Write it like us-east-1.")
        )
    return invalid


def _gives_keys(arguments: tuple[str, ...]) -> bool:
    """Whether a key is among them; flags may be abbreviated."""
    flags = (argument.partition("=")[0] for argument in arguments if argument.startswith("--") and len(argument) > 3)
    return any(key.startswith(flag) for flag in flags for key in ("--access-key", "--secret-key"))


def _out_of_range(name: str, value: float, allowed: str) -> Problem:
    return Problem(code="plan_invalid", what=f"{name} must be {allowed} (got {value:,.10g}).")
