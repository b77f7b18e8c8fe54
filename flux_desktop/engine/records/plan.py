"""What a run is to do, as data: the same plan drives the window, the command line and a replay."""

from __future__ import annotations

import re

from msgspec import Struct

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.pass_criteria import Limit
from flux_desktop.engine.records.stages import STREAMS_MAX, Stage
from flux_desktop.flux.defaults import CHUNK_S
from flux_desktop.flux.messages import Configure
from flux_desktop.flux.options import FluxOptions, problems

_ENDPOINT_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""The pattern of the service model."""
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LOCAL_ENDPOINT = "local"
"""Name of the endpoint that is built in; a run on it starts and stops its process by itself."""


class WavSource(Struct, frozen=True, kw_only=True, tag="wav"):
    """A WAV file, streamed at real-time pace; `loop` starts it over when it ends."""

    path: str
    loop: bool = False


class MicrophoneSource(Struct, frozen=True, kw_only=True, tag="microphone"):
    """A capture device by PortAudio's index; None is the system's default."""

    device_index: int | None = None
    device_name: str = "system default"
    go_on_when_lost: bool = False
    """When the device goes away in mid-run: go on with silence, or end the run."""


class RunPlan(Struct, frozen=True, kw_only=True):
    """One run. No secret is in it: a plan is recorded, shown and replayed."""

    endpoint: str
    source: WavSource | MicrophoneSource
    options: FluxOptions = FluxOptions()
    connections: int = 1
    region: str = "us-east-1"
    profile: str | None = None
    endpoint_url: str | None = None
    ca_file: str | None = None
    target_variant: str | None = None
    duration_s: float | None = None
    """Seconds of audio to send on each stream; None is to the end of the file, or until stopped."""
    batch_size: int = 0
    """Streams opened at once; 0 opens them all, at most `opening_max` under way."""
    batch_delay_s: float = 0.0
    opening_max: int = 50
    chunk_s: float = CHUNK_S
    stages: tuple[Stage, ...] = ()
    """A ramp: streams held step by step. `connections` is then `len(slots(stages))`, and stream k (from 1) opens
    and ends as slot k says; `duration_s` and `batch_size` are not looked at."""
    idle_before_audio_s: float = 0.0
    """Seconds that each stream is held open before its audio, with nothing sent but tiny keep-alive samples."""
    keepalive_interval_s: float | None = None
    """A tiny keep-alive sample this often, before and between the audio; None is every 10 s before it, else never."""
    reconfigure_after_s: float | None = None
    """Seconds of a stream's audio after which `reconfigure` is sent, once."""
    reconfigure: Configure | None = None
    """Sent exactly as it is, so that a refusal can be tried on purpose."""
    finalize_at_end: bool = False
    """Send Finalize after the last audio, which ends the stream on builds that do not know it."""
    force_end_turn_at_end: bool = False
    """Send ForceEndTurn after the last audio, which ends the open turn on newer builds."""
    rotate_after_s: float = 28 * 60.0
    """Age of a stream from which on its connection changes over to a new one, in the next silence; up to a fourteenth
    of it earlier, so that not all of them do at once."""
    rotate_latest_s: float = 29.5 * 60.0
    """Age at which it changes over in any case: SageMaker ends every stream at 30 minutes."""
    reconnect: bool = True
    """Open a failed stream again, by `engine.connection.retry_policy`; off, its first failure ends the connection."""
    limits: tuple[Limit, ...] = ()
    """What the run's figures are held against at its end."""
    bundle: str = "unknown"
    """The server build, where it is known: a name of `flux.bundles.BUNDLES`."""
    local_arguments: tuple[str, ...] = ()
    """Further arguments for the built-in endpoint's process."""

    @property
    def is_local(self) -> bool:
        """Whether the run starts the built-in endpoint."""
        return self.endpoint == LOCAL_ENDPOINT and self.endpoint_url is None


def plan_problems(plan: RunPlan) -> list[Problem]:
    """Everything wrong with a plan that can be known before anything connects."""
    found = problems(plan.options)
    if not 1 <= plan.connections <= STREAMS_MAX:
        found.append(_bad("connections", plan.connections, f"1 to {STREAMS_MAX}"))
    if plan.duration_s is not None and not plan.duration_s > 0:
        found.append(_bad("duration", plan.duration_s, "more than 0 seconds"))
    if not 0.01 <= plan.chunk_s <= 1.0:
        found.append(_bad("chunk length", plan.chunk_s, "0.01 to 1 second"))
    if plan.batch_size < 0 or plan.batch_delay_s < 0 or plan.opening_max < 1:
        found.append(_bad("batch", plan.batch_size, "sizes and delays that are not negative"))
    for name, value in (("idle time", plan.idle_before_audio_s), ("time of Configure", plan.reconfigure_after_s)):
        if value is not None and value < 0:
            found.append(_bad(name, value, "0 seconds or more"))
    if plan.keepalive_interval_s is not None and not plan.keepalive_interval_s > 0:
        found.append(_bad("keep-alive interval", plan.keepalive_interval_s, "more than 0 seconds"))
    if not plan.endpoint.strip():
        found.append(Problem(code="no_endpoint", what="No endpoint is chosen.", todo="Choose one from the list."))
    elif not _ENDPOINT_NAME.fullmatch(plan.endpoint):
        found.append(
            Problem(
                code="plan_invalid",
                what=f"“{plan.endpoint}” cannot be the name of an endpoint.",
                why="It has 1 to 63 letters, digits and hyphens.",
                todo="Give the endpoint's name, not its ARN or its address.",
            )
        )
    if _gives_keys(plan.local_arguments):
        found.append(
            Problem(
                code="plan_invalid",
                what="The built-in endpoint cannot be given its keys here.",
                why="They would stand on a command line and in the recording, where others can read them.",
                todo="Leave --access-key and --secret-key out: it makes new keys at every start.",
            )
        )
    if plan.endpoint_url and "@" in plan.endpoint_url.partition("://")[2].partition("/")[0]:
        found.append(
            Problem(
                code="plan_invalid",
                what="The endpoint's address cannot hold a user name or a password.",
                why="Requests are signed with AWS keys, and the address is recorded.",
                todo="Give it as https://HOST:PORT.",
            )
        )
    if not _REGION.fullmatch(plan.region):
        found.append(
            Problem(code="plan_invalid", what=f"“{plan.region}” is no AWS region.", todo="Write it as in us-east-1.")
        )
    return found


def _gives_keys(arguments: tuple[str, ...]) -> bool:
    """Whether a key is among them; a flag may be shortened."""
    flags = (argument.partition("=")[0] for argument in arguments if argument.startswith("--") and len(argument) > 3)
    return any(key.startswith(flag) for flag in flags for key in ("--access-key", "--secret-key"))


def _bad(name: str, value: float, allowed: str) -> Problem:
    return Problem(code="plan_invalid", what=f"The {name} {value:g} cannot be run.", todo=f"Choose {allowed}.")
