"""What a stream is opened with and what it tells: plain values, no SDK, no event loop."""

from __future__ import annotations

from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from flux_desktop.base.problem import Problem, ProblemError

#: The service listens for bidirectional streams here; 443 accepts and never answers.
STREAM_PORT = 8443


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Keys frozen for the life of one stream; a rotation in mid-stream would break the signature chain.

    `expires_at_s` is wall time since 1970, None for keys that do not expire. `source` names where the
    keys came from, such as ``shared-credentials-file``. Neither `repr` nor rich shows a secret.
    """

    access_key: str
    secret_key: str
    session_token: str | None = None
    expires_at_s: float | None = None
    source: str = ""

    def __repr__(self) -> str:
        return f"Credentials(access_key='{self.access_key[:4]}…', source={self.source!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("access_key", f"{self.access_key[:4]}…"), ("source", self.source)]


class StreamTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run's streams go. Without `endpoint_url` the region's own address is used, with `fips` its FIPS one."""

    endpoint_name: str
    region: str
    endpoint_url: str | None = None
    ca_file: str | None = None
    target_variant: str | None = None
    invocation_path: str = "v2/listen"
    fips: bool = False

    @property
    def url(self) -> str:
        """Base address with scheme, host and port."""
        return self.endpoint_url or runtime_url(self.region, fips=self.fips)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """443 when a given address names none."""
        return urlsplit(self.url).port or 443


class StreamTimeouts(msgspec.Struct, frozen=True, kw_only=True):
    """The longest waits of a stream, in seconds. Tests of faults scale them together."""

    connect_s: float = 10.0
    #: For TCP and TLS. The TLS library gives each handshake 10 s, and holds a refused certificate back for 10-30 s on
    #: purpose: what takes longer than both together is that, and a probe of `probe_s` then finds the exact reason.
    tls_reason_s: float = 20.0
    probe_s: float = 10.0
    headers_s: float = 30.0
    #: From the first packet to the answer's headers: slow TCP and TLS leave less time for these.
    open_s: float = 31.0
    error_body_s: float = 5.0
    close_s: float = 2.0

    def scaled(self, factor: float) -> StreamTimeouts:
        """All limits multiplied by `factor`."""
        return StreamTimeouts(**{name: getattr(self, name) * factor for name in self.__struct_fields__})


class ConnectTimings(msgspec.Struct, frozen=True, kw_only=True):
    """How long opening took, in seconds.

    The TLS library does not say when TCP ends and TLS begins, so both (with name resolution and HTTP/2
    set-up) are one figure; `headers_s` is from sending the request to the response's headers.
    """

    tcp_tls_s: float
    headers_s: float


EndKind = Literal[
    "clean",
    "model_stream_error",
    "internal_stream_failure",
    "unmodelled_error",
    "reset",
    "protocol_error",
    "closed_by_us",
]


class StreamEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How an opened stream ended.

    ``clean``: the server ended it after our CloseStream or end of input. The server ending it unasked is
    ``reset``: it looks the same on the wire, but words may be missing. `after_close` says that we had
    asked for the end before it came; a ``model_stream_error`` is then a normal end, for SageMaker turns the
    container's close frame into one. `at_s` is `time.monotonic()`.
    """

    kind: EndKind
    problem: Problem | None = None
    at_s: float = 0.0
    after_close: bool = False

    @property
    def orderly(self) -> bool:
        """Nothing was lost: the end that follows our own request for it."""
        return self.kind == "clean" or (self.kind == "model_stream_error" and self.after_close)


class StreamListener(Protocol):
    """Called on the event loop's thread, in order; must not block and must not raise."""

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """One whole message. `received_s`: `time.monotonic()` when its last bytes reached this process."""

    def on_end(self, end: StreamEnd) -> None:
        """Exactly once for every opened stream, after its last message."""


class StreamClosedError(ProblemError):
    """Something was sent on a stream that has already ended."""


def runtime_url(region: str, *, fips: bool = False) -> str:
    """The region's address for bidirectional streams, with its port and its partition's domain.

    The SDK's own resolver leaves the port out. Partitions: ``cn-*`` lives under amazonaws.com.cn,
    the isolated regions under domains of their own; GovCloud shares amazonaws.com.
    """
    suffix = "amazonaws.com"
    for prefix, domain in (
        ("cn-", "amazonaws.com.cn"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("us-iso-", "c2s.ic.gov"),
        ("eusc-", "amazonaws.eu"),
    ):
        if region.startswith(prefix):
            suffix = domain
            break
    name = "runtime-fips" if fips else "runtime"
    return f"https://{name}.sagemaker.{region}.{suffix}:{STREAM_PORT}"
