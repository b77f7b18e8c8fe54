"""Parameters, timings and ends of a stream as plain values, without the SDK and without an event loop."""

from __future__ import annotations

from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from flux_desktop.base.problem import Problem, ProblemError

#: Port of bidirectional streams; port 443 accepts connections and never answers.
STREAM_PORT = 8443
OPENING_GAP_S = 0.0097
"""Between two openings: each takes 2.5 ms of the loop, and many in a row delayed the streams that were already sending
(500 streams: 97 ms). Not a divisor of the chunk length, so that streams do not fall into step."""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """AWS keys, frozen for the life of one stream: changing them mid-stream would break the signature chain.

    `expires_at_s` is seconds since 1970, None for keys that do not expire. `source` is botocore's name of their
    source, such as ``shared-credentials-file``. Neither `repr` nor rich shows a secret.
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
    """Destination of a run's streams. Without `endpoint_url`, the region's standard (or FIPS) address is used."""

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
        """443 if `endpoint_url` has none."""
        return urlsplit(self.url).port or 443


class StreamTimeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Time limits of a stream in seconds. Fault tests scale them together."""

    connect_s: float = 10.0
    #: For TCP and TLS. The TLS library limits each handshake to 10 s and reports a rejected certificate after another
    #: 10-30 s on purpose; after this limit a probe of at most `probe_s` finds the exact reason.
    tls_reason_s: float = 20.0
    probe_s: float = 10.0
    headers_s: float = 30.0
    #: From the first packet to the response's headers; slow TCP and TLS leave less time for them.
    open_s: float = 31.0
    error_body_s: float = 5.0
    close_s: float = 2.0

    def scaled(self, factor: float) -> StreamTimeouts:
        """All limits multiplied by `factor`."""
        return StreamTimeouts(**{name: getattr(self, name) * factor for name in self.__struct_fields__})


class ConnectTimings(msgspec.Struct, frozen=True, kw_only=True):
    """Durations of opening a stream, in seconds.

    The TLS library does not report when TCP ends and TLS begins, so both (with name resolution and HTTP/2 set-up) are
    one figure, None for a stream on a connection that was opened for another one; `headers_s` is from sending the
    request to receiving the response's headers.
    """

    tcp_tls_s: float | None
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

    ``clean``: the server ended it after our CloseStream or end of input. An end that we did not request is ``reset``:
    it looks the same on the wire, but words may be missing. `after_close`: we had requested the end; a
    ``model_stream_error`` is then a normal end, because SageMaker turns the container's close frame into one. `at_s`
    is `time.monotonic()`.
    """

    kind: EndKind
    problem: Problem | None = None
    at_s: float = 0.0
    after_close: bool = False

    @property
    def orderly(self) -> bool:
        """Whether the stream ended because we requested it, so that nothing was lost."""
        return self.kind == "clean" or (self.kind == "model_stream_error" and self.after_close)


class StreamListener(Protocol):
    """Receiver of a stream's messages, called on the event loop's thread in order; must neither block nor raise."""

    def on_message(self, payload: bytes, is_text: bool, received_s: float) -> None:
        """A complete message. `received_s`: `time.monotonic()` when its last bytes reached this process."""

    def on_end(self, end: StreamEnd) -> None:
        """Called exactly once for every opened stream, after its last message."""


class StreamClosedError(ProblemError):
    """Sending on a stream that has already ended."""


#: Beginnings of regions outside the two public partitions, with the domains of their partition. A longer beginning
#: comes before one that it contains.
_PARTITIONS: tuple[tuple[str, str, str], ...] = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("", "amazonaws.com", "api.aws"),
)


def runtime_url(region: str, *, fips: bool = False, dual_stack: bool = False) -> str:
    """The region's address for bidirectional streams, with its port and its partition's domain.

    Computed here because the SDK's resolver omits the port in some partitions.
    """
    domains = next(domains for beginning, *domains in _PARTITIONS if region.startswith(beginning))
    name = "runtime-fips" if fips else "runtime"
    return f"https://{name}.sagemaker.{region}.{domains[dual_stack]}:{STREAM_PORT}"
