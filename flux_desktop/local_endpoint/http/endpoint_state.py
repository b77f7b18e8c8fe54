"""What all requests of one running endpoint share: settings, credentials, open streams and figures."""

from __future__ import annotations

import math
import resource
import secrets
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from flux_desktop.base.redaction import remember
from flux_desktop.base.scheduling import MANY_STREAMS, run_in_turn
from flux_desktop.flux.bundles import BUNDLES, LATEST, Bundle
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.faults.capacity import Capacity
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.faults.residual_state import ResidualState
from flux_desktop.local_endpoint.http.wake_ups import WakeUps
from flux_desktop.local_endpoint.recognition.pools import Pools, language_of
from flux_desktop.local_endpoint.recognition.recogniser import Recogniser
from flux_desktop.local_endpoint.recognition.scripts import Script, ScriptStore
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import Endpoint
from flux_desktop.local_endpoint.sagemaker.instances import InstanceGroup, ScalingSettings

_LATE_KEPT = 10_000
MANY_SILENT_STREAMS = 20
"""From so many on, an endpoint that recognises nothing waits for its turn: it is there to take load, not to answer at
once. Measured with 50 streams: 54 instead of 67 µs of CPU per chunk; messages arrive at the same time unless every
processor is busy, and then 3 ms later."""


class EndpointSettings(Struct, kw_only=True):
    """The command line of one run; keys that are empty are generated."""

    port: int = 0
    region: str = "us-east-1"
    bundle: str = LATEST.name
    recogniser: str = "auto"
    max_decodes: int = 4
    scripts: list[Path] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    capacity: int | None = None
    beyond: str | None = None
    min_instances: int = 1
    max_instances: int | None = None
    scaling_target: float | None = None
    scaling_speed: float = 1.0
    access_key: str = ""
    secret_key: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    cert_hosts: list[str] = field(default_factory=list)
    parent_pipe: bool = False


class EndpointState:
    """Shared by every stream of one process; used on the event loop only."""

    def __init__(
        self,
        settings: EndpointSettings,
        endpoints: dict[str, Endpoint],
        scripts: list[Script],
        faults: Faults,
        pools: Pools,
        capacity: Capacity | None = None,
        store: ScriptStore | None = None,
    ) -> None:
        self.region = settings.region
        self.recogniser = settings.recogniser
        self._many_streams = MANY_SILENT_STREAMS if settings.recogniser == "silent" else MANY_STREAMS
        self.access_key = settings.access_key or f"AKIALOCAL{secrets.token_hex(6).upper()}"
        self.secret_key = settings.secret_key or secrets.token_urlsafe(30)
        remember(self.access_key, self.secret_key)
        self.bundle: Bundle = BUNDLES[settings.bundle]
        self.endpoints = endpoints
        self.scripts = scripts
        self._store = store
        self.faults = faults
        self.capacity = capacity or Capacity()
        self.residual = ResidualState((faults.value("elevated-confidence") or 0.0) / 100, time.monotonic)
        self.pools = pools
        self.wake_ups = WakeUps()
        self.conversations: dict[str, ServerConversation] = {}
        """One for each open stream, by request id."""
        self.started_epoch_s = time.time()
        self.instances = InstanceGroup(
            ScalingSettings(
                min_instances=settings.min_instances,
                max_instances=settings.max_instances or settings.min_instances,
                target=settings.scaling_target,
                speed=settings.scaling_speed,
            ),
            self.started_epoch_s,
        )
        self.scaled = ("local", *(text.partition("=")[0] for text in settings.endpoints))
        """Names of the endpoints whose instances these are: streams of one process are not distinguished."""
        self.late_s: deque[float] = deque(maxlen=_LATE_KEPT)
        """By how much frames with an artificial delay were written later than that, the newest."""
        self.streams_opened = 0
        self.chunks = 0
        self.started_s = time.monotonic()

    def secret_key_of(self, access_key: str) -> str | None:
        """The secret key that belongs to an access key; None for a key that is not this endpoint's."""
        return self.secret_key if access_key == self.access_key else None

    def delay_s(self, request_id: str) -> float:
        """Delay of every message that a stream is sent now, where its instance is above its capacity."""
        return self.capacity.delay_s(self.instances.beside(request_id))

    def open(self, request_id: str, conversation: ServerConversation) -> None:
        """Begin a stream on the instance with the fewest."""
        self.conversations[request_id] = conversation
        self.instances.open(request_id, time.time())
        self.streams_opened += 1
        if len(self.conversations) == self._many_streams:
            run_in_turn()

    def close(self, request_id: str) -> None:
        """End a stream."""
        if len(self.conversations) == self._many_streams:
            run_in_turn(False)
        del self.conversations[request_id]
        self.instances.close(request_id, time.time())

    def new_recogniser(self, options: FluxOptions) -> Recogniser:
        """A recogniser for one stream, of the kind chosen."""
        scripts = self.scripts if self.recogniser == "auto" else None
        pool = self.pools.pool_for(options)
        return Recogniser(options.encoding, options.sample_rate_hz, scripts, pool, language_of(options), self._store)

    def status(self) -> dict[str, Any]:
        """The figures of ``/local/status``."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "recogniser": self.recogniser,
            "bundle": self.bundle.name,
            "faults": self.faults.names,
            "capacity": self.capacity.streams,
            "beyond": self.capacity.beyond,
            "instances": self.instances.running(time.time()),
            "scripts": [script.name for script in self.scripts],
            "streams_open": len(self.conversations),
            "streams_opened": self.streams_opened,
            "chunks": self.chunks,
            "delays_late_ms": _ranked_ms(self.late_s),
            "speech_models": [pool.model.name for pool in self.pools.all],
            "decodes_running": sum(pool.running_decodes for pool in self.pools.all),
            "decode_processes": sum(pool.processes for pool in self.pools.all),
            "decoded_blocks": sum(pool.decoded_blocks for pool in self.pools.all),
            "max_decodes": sum(pool.max_decodes for pool in self.pools.all),
            "cpu_s": round(used.ru_utime + used.ru_stime, 3),
            "uptime_s": round(time.monotonic() - self.started_s, 3),
            "streams": {
                request_id: sorted(conversation.recogniser.sources)
                for request_id, conversation in self.conversations.items()
            },
        }


def _ranked_ms(values_s: Collection[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds by the nearest rank, and how many there are."""
    ranked = sorted(values_s)
    figures: dict[str, float] = {"n": len(ranked)}
    for percent in (50, 95, 99) if ranked else ():
        figures[f"p{percent}"] = round(1000 * ranked[math.ceil(len(ranked) * percent / 100) - 1], 3)
    return figures
