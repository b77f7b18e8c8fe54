"""Commands from a front end to a worker: one JSON object per line on standard input, tagged by ``command``."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from flux_desktop.aws.target import Credentials
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.flux.options import FluxOptions


class _Command(Struct, tag_field="command", kw_only=True, omit_defaults=True):
    pass


class ProxyVariables(Struct, frozen=True):
    """What the worker adds to its own environment: proxies with their passwords, hosts that need no proxy."""

    values: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"ProxyVariables({sorted(self.values)})"


class StartRun(_Command, tag="start_run"):
    """Begin. `connections` are the numbers this worker serves."""

    plan: RunPlan
    connections: list[int]
    origin_s: float
    """The run's origin on the monotonic clock, which all processes of a machine share."""
    credentials: Credentials
    """On their way over the worker's pipe only: never recorded, printed or logged."""
    workers: int = 1
    """Workers that share the run."""
    proxies: ProxyVariables = ProxyVariables()
    """As secret as the credentials: addresses of proxies have passwords in them."""
    recording_path: bytes | None = None
    """As the file system spells it: a folder's name need not be text."""
    lease_s: float | None = None
    """Without `RenewLease` for this long the streams are closed at once; None where the supervisor's end shows by
    itself, as on one machine."""


class BeginStreams(_Command, tag="begin"):
    """Open the streams of a run that several workers share: `start_s` is the time that their ramps count from.

    Sent when every worker has reported `RunReady`.
    """

    start_s: float
    """On the monotonic clock, which all processes of a machine share."""


class OpenConnections(_Command, tag="open"):
    """Open connections of a run on demand, one after another; a number is used once in a run."""

    connections: list[int]


class EndConnections(_Command, tag="end"):
    """End connections of a run on demand: drained in the documented order, or not opened at all."""

    connections: list[int]


class SetParameters(_Command, tag="set_parameters"):
    """The parameters wanted of some connections (None: all), from now on and for every stream they open.

    Idempotent: a connection takes each `revision` once, and none below the newest it has taken. What differs from what
    is in force is sent as `Configure`; with `new_stream` the connection switches to a new stream at once instead.
    """

    revision: int
    options: FluxOptions
    connections: list[int] | None = None
    new_stream: bool = False


class RenewCredentials(_Command, tag="renew"):
    """Streams that are opened from now on are opened with these keys. As secret as those of `StartRun`."""

    credentials: Credentials


class RenewLease(_Command, tag="lease"):
    """The coordinator confirms that it still wants the run (`StartRun.lease_s`)."""


class SendControl(_Command, tag="control"):
    """Send ForceEndTurn, Finalize, KeepAlive or CloseStream; None means every connection."""

    control: str
    connections: list[int] | None = None


class Watch(_Command, tag="watch"):
    """Which connections' messages are wanted as they come; None means all. The recording has all anyway."""

    connections: list[int] | None = None


class StopRun(_Command, tag="stop"):
    """End the run: drained in the documented order, or at once."""

    drain: bool = True


class Quit(_Command, tag="quit"):
    """Leave the process; a run under way is ended at once."""


Command = (
    StartRun
    | BeginStreams
    | OpenConnections
    | EndConnections
    | SetParameters
    | RenewCredentials
    | RenewLease
    | SendControl
    | Watch
    | StopRun
    | Quit
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Command)


def encode_command(command: Command) -> bytes:
    """One JSON object and a newline."""
    return _encoder.encode(command) + b"\n"


def decode_command(line: bytes | str) -> Command:
    """Parse one command line; raises `msgspec.DecodeError` (or its ValidationError) for anything else."""
    try:
        command: Command = _decoder.decode(line)
    except (UnicodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    return command
