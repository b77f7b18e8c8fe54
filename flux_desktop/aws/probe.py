"""Preflight probe of an endpoint's address: name, TCP, TLS and HTTP/2, with the exact reason of a failure.

The stream's own TLS library reports a rejected certificate only after 10-30 s, and without the reason. The probe
connects once before a run with Python's `ssl`, on its own thread, within `PROBE_LIMIT_S`.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import socket
import ssl
import time

import msgspec

from flux_desktop.aws.errors.connect_errors import Address, connect_problem, proxy_problem
from flux_desktop.aws.errors.trust import Proxy, TrustStore, proxy_for, ssl_context, trust_store
from flux_desktop.aws.target import StreamTarget
from flux_desktop.base.problem import Problem, ProblemError
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
    """Durations of the steps in seconds. `tcp_s` includes the name look-up, and the proxy's tunnel if there is one."""

    tcp_s: float
    tls_s: float
    tls_version: str = ""
    through_proxy: bool = False


async def probe(target: StreamTarget, *, limit_s: float = PROBE_LIMIT_S) -> ProbeTimings:
    """Check that `target` can be reached as a stream requires. Sends no request, so needs no credentials.

    Raises `ProblemError` with a code of `connect_errors`.
    """
    address = address_of(target)
    try:
        return await in_thread(lambda: _probe(address, trust_store(target.ca_file), limit_s), limit_s)
    except TimeoutError:
        raise ProblemError(connect_problem("connect_timeout", address, f"{limit_s:g} s")) from None


def address_of(target: StreamTarget) -> Address:
    """Host and port of a target. Raises `ProblemError` ``address_invalid`` unless it is an https URL."""
    try:
        address = Address(target.host, target.port)
    except ValueError:
        address = Address("", 0)
    if not address.host or not target.url.lower().startswith("https://"):
        raise ProblemError(connect_problem("address_invalid", address, f"“{target.url}” is not an https URL."))
    return address


def _probe(address: Address, store: TrustStore, limit_s: float) -> ProbeTimings:
    proxy = proxy_for(address.host, address.port)
    if proxy is not None and proxy.over_tls:
        # TLS inside TLS is not probed; the stream itself reports problems.
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
    first = proxy.address if proxy else address
    try:
        raw = socket.create_connection((first.host, first.port), timeout=limit_s)
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that cannot be one of a host
        problem = _connect_failure(error, first, limit_s)
        raise ProblemError(proxy_problem(problem, first) if proxy else problem) from error
    if proxy is not None:
        try:
            _open_tunnel(raw, address, proxy)
        except BaseException:
            raw.close()
            raise
    return raw


def _connect_failure(error: Exception, address: Address, limit_s: float) -> Problem:
    match error:
        case socket.gaierror() | UnicodeError():
            return connect_problem("dns_failure", address)
        case TimeoutError():
            return connect_problem("connect_timeout", address, f"{limit_s:g} s")
        case ConnectionRefusedError():
            return connect_problem("connect_refused", address)
        case ConnectionError():
            return connect_problem("connection_lost", address, "right after it was made")
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return connect_problem("too_many_open_files", address, f"Connecting to {address} needs another one.")
        case _:
            return connect_problem("network_unreachable", address, f"{getattr(error, 'strerror', '') or error}.")


def _open_tunnel(raw: socket.socket, address: Address, proxy: Proxy) -> None:
    head = f"CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n"
    if proxy.username is not None:
        pair = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode()
        head += f"Proxy-Authorization: Basic {pair}\r\n"
    response = b""
    try:
        raw.sendall(f"{head}\r\n".encode())
        while b"\r\n\r\n" not in response and len(response) < _MAX_PROXY_ANSWER_BYTES:
            piece = raw.recv(1)  # not a byte beyond the response: what follows belongs to TLS
            if not piece:
                break
            response += piece
    except OSError as error:
        detail = f"The proxy {proxy.address} closed the connection: {error.strerror or error}."
        raise ProblemError(connect_problem("proxy_failed", address, detail)) from error
    status = response.split(b"\r\n", 1)[0].decode("latin-1")
    if status.split(" ")[1:2] != ["200"]:
        detail = f"The proxy {proxy.address} answered “{status}”." if status else f"{proxy.address} sent no response."
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
            raise ProblemError(connect_problem("not_tls", address, "its first bytes are not TLS.")) from error
        if "ALPN" in reason or "NO_APPLICATION_PROTOCOL" in reason:
            raise ProblemError(connect_problem("not_http2", address)) from error
        if "EOF" in reason:
            raise ProblemError(connect_problem("connection_lost", address, "during the TLS handshake")) from error
        raise ProblemError(connect_problem("tls_failed", address, reason.replace("_", " ").lower())) from error
    except OSError as error:
        detail = "during the TLS handshake"
        raise ProblemError(connect_problem("connection_lost", address, detail)) from error


class _TlsSocket(ssl.SSLSocket):
    """WORKAROUND for `ssl.SSLSocket._create` of Python 3.12: if the connection is closed before the handshake,
    `wrap_socket` does not close the socket that it has taken over."""

    def getpeername(self) -> object:
        try:
            return super().getpeername()
        except OSError:
            self.close()
            raise


def _verification_text(error: ssl.SSLCertVerificationError) -> str:
    text = error.verify_message or "The certificate was rejected"
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
