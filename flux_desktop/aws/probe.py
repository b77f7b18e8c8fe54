"""A preflight of the way to the endpoint: name, TCP, TLS and HTTP/2, with an exact reason for each failure.

The stream's own TLS library tells of a refused certificate only after 10-30 s, and without the reason. This
looks once before a run with Python's `ssl`, on a thread of its own, and is done within `PROBE_LIMIT_S`.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import time

import msgspec

from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.errors.trust import Proxy, TrustStore, proxy_for, ssl_context, trust_store
from flux_desktop.aws.target import StreamTarget
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.threads import in_thread

CONNECT_LIMIT_S = 5.0
HANDSHAKE_LIMIT_S = 5.0
PROBE_LIMIT_S = 15.0
_MAX_PROXY_ANSWER_BYTES = 8192

#: OpenSSL's verification results (X509_V_ERR_*) and the problem each one is.
_VERIFY_CODES = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    62: "tls_wrong_host",
    64: "tls_wrong_host",
}


class ProbeTimings(msgspec.Struct, frozen=True, kw_only=True):
    """How long each step took, in seconds. `tcp_s` includes the name look-up, and the proxy's tunnel if any."""

    tcp_s: float
    tls_s: float
    tls_version: str = ""
    through_proxy: bool = False


async def probe(target: StreamTarget, *, limit_s: float = PROBE_LIMIT_S) -> ProbeTimings:
    """See whether `target` can be reached as a stream needs it. Sends no request, so needs no credentials.

    Raises `ProblemError` with a code of `connect_errors`.
    """
    address = address_of(target)
    try:
        return await in_thread(lambda: _probe(address, trust_store(target.ca_file), limit_s), limit_s)
    except TimeoutError:
        raise ProblemError(connect_problem("connect_timeout", address, f"{limit_s:g} s")) from None


def address_of(target: StreamTarget) -> Address:
    """Host and port of a target. Raises `ProblemError` ``address_invalid``: nothing but https can be used."""
    try:
        address = Address(target.host, target.port)
    except ValueError:
        address = Address("", 0)
    if not address.host or not target.url.lower().startswith("https://"):
        raise ProblemError(connect_problem("address_invalid", address, f"“{target.url}” is no https address."))
    return address


def _probe(address: Address, store: TrustStore, limit_s: float) -> ProbeTimings:
    proxy = proxy_for(address.host, address.port)
    if proxy is not None and proxy.over_tls:
        # TLS inside TLS is beyond this look; the stream itself will tell.
        return ProbeTimings(tcp_s=0.0, tls_s=0.0, through_proxy=True)
    connect_s, handshake_s = min(CONNECT_LIMIT_S, limit_s / 2), min(HANDSHAKE_LIMIT_S, limit_s / 2)
    began_s = time.monotonic()
    with contextlib.closing(_connect(address, proxy, connect_s)) as raw:
        connected_s = time.monotonic()
        raw.settimeout(handshake_s)
        with _handshake(raw, address, store, handshake_s) as secured:
            if secured.selected_alpn_protocol() != "h2":
                raise ProblemError(connect_problem("not_http2", address))
            return ProbeTimings(
                tcp_s=connected_s - began_s,
                tls_s=time.monotonic() - connected_s,
                tls_version=secured.version() or "",
                through_proxy=proxy is not None,
            )


def _connect(address: Address, proxy: Proxy | None, limit_s: float) -> socket.socket:
    first = Address(proxy.host, proxy.port) if proxy else address
    try:
        raw = socket.create_connection((first.host, first.port), timeout=limit_s)
    except socket.gaierror as error:
        raise ProblemError(connect_problem("dns_failure", first)) from error
    except UnicodeError as error:
        raise ProblemError(connect_problem("dns_failure", first)) from error
    except TimeoutError as error:
        raise ProblemError(connect_problem("connect_timeout", first, f"{limit_s:g} s")) from error
    except ConnectionRefusedError as error:
        raise ProblemError(connect_problem("connect_refused", first)) from error
    except ConnectionError as error:
        raise ProblemError(connect_problem("connection_lost", first, "right after it was made")) from error
    except OSError as error:
        raise ProblemError(connect_problem("network_unreachable", first, f"{error.strerror or error}.")) from error
    if proxy is not None:
        try:
            _open_tunnel(raw, address, proxy)
        except BaseException:
            raw.close()
            raise
    return raw


def _open_tunnel(raw: socket.socket, address: Address, proxy: Proxy) -> None:
    head = f"CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n"
    if proxy.username is not None:
        pair = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode()
        head += f"Proxy-Authorization: Basic {pair}\r\n"
    answer = b""
    try:
        raw.sendall(f"{head}\r\n".encode())
        while b"\r\n\r\n" not in answer and len(answer) < _MAX_PROXY_ANSWER_BYTES:
            piece = raw.recv(1)  # not a byte more than the answer: what follows belongs to TLS
            if not piece:
                break
            answer += piece
    except OSError as error:
        detail = f"The proxy {proxy.host}:{proxy.port} broke off: {error.strerror or error}."
        raise ProblemError(connect_problem("proxy_failed", address, detail)) from error
    status = answer.split(b"\r\n", 1)[0].decode("latin-1")
    if status.split(" ")[1:2] != ["200"]:
        detail = f"The proxy {proxy.host}:{proxy.port} answered “{status or 'nothing'}”."
        raise ProblemError(connect_problem("proxy_failed", address, detail))


def _handshake(raw: socket.socket, address: Address, store: TrustStore, limit_s: float) -> ssl.SSLSocket:
    try:
        context = ssl_context(store)
        context.sslsocket_class = _TlsSocket
        return context.wrap_socket(raw, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        code = _VERIFY_CODES.get(error.verify_code, "tls_untrusted")
        raise ProblemError(connect_problem(code, address, _verification_text(error))) from error
    except TimeoutError as error:
        raise ProblemError(connect_problem("tls_timeout", address, f"{limit_s:g} s")) from error
    except ssl.SSLError as error:
        reason = str(error.reason or error)
        if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"):
            raise ProblemError(connect_problem("not_tls", address, "its first bytes are no TLS.")) from error
        if "ALPN" in reason or "NO_APPLICATION_PROTOCOL" in reason:
            raise ProblemError(connect_problem("not_http2", address)) from error
        if "EOF" in reason:
            raise ProblemError(connect_problem("connection_lost", address, "during the TLS handshake")) from error
        raise ProblemError(connect_problem("tls_failed", address, reason.replace("_", " ").lower())) from error
    except OSError as error:
        detail = "during the TLS handshake"
        raise ProblemError(connect_problem("connection_lost", address, detail)) from error


class _TlsSocket(ssl.SSLSocket):
    """WORKAROUND for `ssl.SSLSocket._create` of Python 3.12: of a connection that is gone before the handshake,
    `wrap_socket` forgets to close the socket that it has just taken over."""

    def getpeername(self) -> object:
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise


def _verification_text(error: ssl.SSLCertVerificationError) -> str:
    text = error.verify_message or "The certificate was refused"
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
