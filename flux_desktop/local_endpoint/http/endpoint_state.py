"""What all requests of one running endpoint share: its settings, its credentials and its figures."""

from __future__ import annotations

import resource
import secrets
import time
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from flux_desktop.base.redaction import remember
from flux_desktop.flux.bundles import BUNDLES, Bundle
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.local_endpoint.recognition.recogniser import Recogniser
from flux_desktop.local_endpoint.recognition.scripts import Script
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import Endpoint

RECOGNISERS = ("auto", "pocketsphinx", "silent")


class EndpointSettings(Struct, kw_only=True):
    """What a person chooses for one run; keys that are empty are made afresh."""

    port: int = 0
    region: str = "us-east-1"
    bundle: str = "latest"
    recogniser: str = "auto"
    max_decodes: int = 4
    scripts: list[Path] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
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
        pool: DecodePool | None,
    ) -> None:
        self.region = settings.region
        self.recogniser = settings.recogniser
        self.access_key = settings.access_key or f"AKIALOCAL{secrets.token_hex(6).upper()}"
        self.secret_key = settings.secret_key or secrets.token_urlsafe(30)
        remember(self.access_key, self.secret_key)
        self.bundle: Bundle = BUNDLES[settings.bundle]
        self.endpoints = endpoints
        self.scripts = scripts
        self.faults = faults
        self.pool = pool
        self.sessions: dict[str, ServerConversation] = {}
        self.streams_opened = 0
        self.chunks = 0
        self.started_s = time.monotonic()
        self.started_epoch_s = time.time()

    def secret_of(self, access_key: str) -> str | None:
        """The secret of a known access key."""
        return self.secret_key if access_key == self.access_key else None

    def new_hearing(self, encoding: str, sample_rate_hz: int) -> Recogniser:
        """Ears for a stream, by the recogniser chosen."""
        scripts = self.scripts if self.recogniser == "auto" else None
        return Recogniser(encoding, sample_rate_hz, scripts, self.pool)

    def status(self) -> dict[str, Any]:
        """What is going on, for a person and for tests."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "recogniser": self.recogniser,
            "bundle": self.bundle.name,
            "faults": self.faults.names,
            "scripts": [script.name for script in self.scripts],
            "streams_open": len(self.sessions),
            "streams_opened": self.streams_opened,
            "chunks": self.chunks,
            "decodes_running": self.pool.running_decodes if self.pool else 0,
            "decode_processes": self.pool.processes if self.pool else 0,
            "decoded_blocks": self.pool.decoded_blocks if self.pool else 0,
            "max_decodes": self.pool.max_decodes if self.pool else 0,
            "cpu_s": round(used.ru_utime + used.ru_stime, 3),
            "uptime_s": round(time.monotonic() - self.started_s, 3),
            "streams": {request_id: sorted(session.hearing.sources) for request_id, session in self.sessions.items()},
        }
