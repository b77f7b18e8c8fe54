"""Connection failures, each translated once into what happened, why, and what to do."""

from __future__ import annotations

import re

import msgspec

from flux_desktop.base.problem import Problem


class Address(msgspec.Struct, frozen=True):
    """Host and port, for sentences."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


_CHECK_ADDRESS = "Check the region and the endpoint address."
_CA = "If a company proxy inspects the traffic, set AWS_CA_BUNDLE or --ca-bundle to its certificate authority."
_INTERFERENCE = "Try again; if it persists, something between this machine and AWS interferes."
_ENDPOINT_LOG = "if it persists, see the endpoint's CloudWatch log."

#: code: (what, why, what to do); {address}, {host} and {detail} are filled in.
_TEXTS: dict[str, tuple[str, str, str]] = {
    "connect_refused": (
        "The connection to {address} was refused.",
        "Nothing listens on that port, or a firewall rejects the connection.",
        "Check that the address and port are right and that the server is running.",
    ),
    "dns_failure": (
        "The name {host} could not be resolved.",
        "The host does not exist, or this machine has no working name server.",
        _CHECK_ADDRESS + " Then check this machine's network connection.",
    ),
    "connect_timeout": (
        "No connection to {address} within {detail}.",
        "Nothing answered; a firewall may be dropping the traffic.",
        "Bidirectional streams need outgoing TCP to port 8443; ask for it to be opened.",
    ),
    "call_timeout": (
        "{address} did not answer within {detail}.",
        "The network may be down, or a firewall or proxy may be dropping the traffic.",
        "Check this machine's network connection, then try again.",
    ),
    "network_unreachable": (
        "{address} is unreachable.",
        "{detail}",
        "Check this machine's network connection, VPN and routes.",
    ),
    "tls_untrusted": (
        "The certificate of {address} is not trusted.",
        "{detail}",
        _CA,
    ),
    "tls_expired": (
        "The certificate of {address} has expired.",
        "{detail}",
        "Check this machine's clock; if it is right, the server needs a new certificate.",
    ),
    "tls_not_yet_valid": (
        "The certificate of {address} is not valid yet.",
        "{detail}",
        "Check this machine's clock.",
    ),
    "tls_wrong_host": (
        "The certificate of {address} belongs to another host.",
        "{detail}",
        _CHECK_ADDRESS,
    ),
    "tls_failed": (
        "No secure connection to {address} could be established.",
        "The TLS handshake failed ({detail}); most often the server's certificate authority is not trusted.",
        _CA,
    ),
    "tls_broken_off": (
        "The TLS handshake with {address} was cut off.",
        "A second attempt found the certificate in order, so the other side or the network interrupted the first one.",
        _INTERFERENCE,
    ),
    "tls_timeout": (
        "{address} accepts connections but did not complete the TLS handshake within {detail}.",
        "The port may belong to another service, or a firewall may be holding the connection.",
        "Bidirectional streams use port 8443; port 443 never answers them.",
    ),
    "not_tls": (
        "{address} does not use TLS.",
        "It answered in plain text: {detail}",
        "Use the address and port of the secure service; unencrypted connections are not supported.",
    ),
    "not_http2": (
        "{address} does not support HTTP/2.",
        "Streams need HTTP/2 from end to end; an inspecting proxy often offers HTTP/1.1 only.",
        "Ask for {host} to be exempted from inspection, or use another network.",
    ),
    "ca_file_unusable": (
        "The certificate authorities in {detail} cannot be used.",
        "The file is missing, unreadable, or contains no certificate in PEM form.",
        "Check --ca-bundle and AWS_CA_BUNDLE.",
    ),
    "too_many_open_files": (
        "This process cannot open more files.",
        "{detail}",
        "Raise the limit (ulimit -n 10240), or use fewer connections.",
    ),
    "proxy_failed": (
        "The proxy did not open a tunnel to {address}.",
        "{detail}",
        "Check HTTPS_PROXY and its user name and password, or list the host in NO_PROXY.",
    ),
    "proxy_unreachable": (
        "The proxy {address} cannot be reached.",
        "{detail}",
        "Check HTTPS_PROXY, or list the host in NO_PROXY to connect without the proxy.",
    ),
    "proxy_invalid": (
        "The proxy in HTTPS_PROXY cannot be used.",
        "{detail}",
        "Write it as http://HOST:PORT, or list the host in NO_PROXY to connect without a proxy.",
    ),
    "address_invalid": (
        "The endpoint address cannot be used.",
        "{detail}",
        "Write it as https://HOST:PORT.",
    ),
    "stream_reset": (
        "{address} reset the stream.",
        "The service, or a gateway in between, ended it ({detail}).",
        "Try again; " + _ENDPOINT_LOG,
    ),
    "goaway": (
        "{address} is closing its connections.",
        "It sent GOAWAY, which servers send when they restart, shed load or reject a malformed request.",
        "Try again in a moment.",
    ),
    "no_stream_allowed": (
        "{address} takes no further stream on the connection.",
        "Its HTTP/2 settings allow no more at the moment; it may be shedding load or about to restart.",
        "Try again in a moment.",
    ),
    "connection_lost": (
        "The connection to {address} was lost.",
        "The service or the network closed it ({detail}).",
        "Check the network; " + _ENDPOINT_LOG,
    ),
    "http2_error": (
        "{address} sent what cannot be read as HTTP/2.",
        "{detail}",
        _INTERFERENCE,
    ),
    "not_event_stream": (
        "{address} did not answer with an event stream.",
        "The answer {detail}.",
        "A proxy or the login page of a network may have answered instead of AWS: check the endpoint's address and "
        "HTTPS_PROXY, or ask for {host} to be exempted from inspection.",
    ),
    "headers_timeout": (
        "{address} did not answer the stream request within {detail}.",
        "The connection is up but the endpoint is silent; it may be overloaded or restarting.",
        "Try again with fewer connections; " + _ENDPOINT_LOG,
    ),
    "open_timeout": (
        "The stream to {address} could not be opened within {detail}.",
        "No reason was given.",
        "Try again; the log file has the details.",
    ),
    "ended_early": (
        "{address} ended the stream unexpectedly.",
        "Streams end after 30 minutes, when the endpoint is updated, or when the model fails.",
        "Start again; the last words may be missing.",
    ),
}

_CRT_ERROR = re.compile(r"\d+ \((AWS_\w+)\): ")
_CRT_CODES: dict[str, str] = {
    "AWS_IO_SOCKET_CONNECTION_REFUSED": "connect_refused",
    "AWS_IO_DNS_QUERY_FAILED": "dns_failure",
    "AWS_IO_DNS_INVALID_NAME": "dns_failure",
    "AWS_IO_DNS_NO_ADDRESS_FOR_HOST": "dns_failure",
    "AWS_IO_DNS_HOST_REMOVED_FROM_CACHE": "dns_failure",
    "AWS_IO_SOCKET_TIMEOUT": "connect_timeout",
    "AWS_IO_SOCKET_NO_ROUTE_TO_HOST": "network_unreachable",
    "AWS_IO_SOCKET_NETWORK_DOWN": "network_unreachable",
    "AWS_IO_SOCKET_INVALID_ADDRESS": "network_unreachable",
    "AWS_IO_TLS_NEGOTIATION_TIMEOUT": "tls_timeout",
    "AWS_ERROR_HTTP_UNSUPPORTED_PROTOCOL": "not_http2",
    "AWS_ERROR_HTTP_PROXY_CONNECT_FAILED": "proxy_failed",
    "AWS_ERROR_HTTP_RST_STREAM_RECEIVED": "stream_reset",
    "AWS_ERROR_HTTP_RST_STREAM_SENT": "http2_error",
    "AWS_ERROR_HTTP_GOAWAY_RECEIVED": "goaway",
    "AWS_ERROR_HTTP_MAX_CONCURRENT_STREAMS_EXCEEDED": "no_stream_allowed",
    "AWS_ERROR_HTTP_PROTOCOL_ERROR": "http2_error",
    "AWS_ERROR_HTTP_COMPRESSION": "http2_error",
    "AWS_ERROR_HTTP_STREAM_IDS_EXHAUSTED": "http2_error",
}


def connect_problem(code: str, address: Address, detail: str = "") -> Problem:
    """The problem `code`, a key of this module's table. `detail` is what is known of the cause, or a duration."""
    what, why, todo = _TEXTS[code]
    values = {"address": str(address), "host": address.host, "detail": detail}
    return Problem(code=code, what=what.format(**values), why=why.format(**values).strip(), todo=todo.format(**values))


def other_answer_problem(address: Address, content_type: str, begin: bytes) -> Problem:
    """A stream that was accepted with content of another kind, such as a proxy's page; `begin` is its first bytes."""
    kind = f"has the content type {_printable(content_type)}" if content_type else "has no content type"
    text = _printable(begin.decode("utf-8", "replace").partition("\ufffd")[0])
    content = f"begins “{text}”" if text else "holds no text" if begin else "is empty"
    return connect_problem("not_event_stream", address, f"{kind} and {content}")


def _printable(text: str) -> str:
    line = " ".join("".join(each if each.isprintable() else " " for each in text[:400]).split())
    return line if len(line) <= 80 else f"{line[:80]}…"


#: Failures of the first connection, which goes to the proxy where there is one.
_FIRST_CONNECTION = frozenset({"connect_refused", "dns_failure", "connect_timeout", "network_unreachable"})


def proxy_problem(problem: Problem, proxy: Address) -> Problem:
    """`problem` of a first connection that was made to a proxy, attributed to the proxy."""
    if problem.code not in _FIRST_CONNECTION:
        return problem
    return connect_problem("proxy_unreachable", proxy, problem.what)


def crt_problem(error: BaseException, address: Address, waited: str = "10 s", proxy: Address | None = None) -> Problem:
    """Translate an error of the AWS common runtime, which carries its cause in `name` or in its text.

    With `proxy`, the error is of a connection that was being made through it.
    """
    name = _crt_name(error)
    code = _CRT_CODES.get(name)
    if code is None:
        code = "tls_failed" if "_TLS_" in name else "connection_lost"
    detail = waited if code.endswith("timeout") else _plain(error, name)
    if proxy is not None and code in _FIRST_CONNECTION:
        return proxy_problem(connect_problem(code, proxy, detail), proxy)
    return connect_problem(code, address, detail)


def is_about_request(error: BaseException) -> bool:
    """Whether an error of the AWS common runtime is about the request itself, not about the connection."""
    return _crt_name(error).startswith(("AWS_ERROR_HTTP_INVALID_", "AWS_ERROR_INVALID_"))


def _crt_name(error: BaseException) -> str:
    """The runtime's name of an error. Its bindings raise some as a `RuntimeError` of number, name and text."""
    match = _CRT_ERROR.match(str(error)) if type(error) is RuntimeError else None
    return match[1] if match else str(getattr(error, "name", type(error).__name__))


def _plain(error: BaseException, name: str) -> str:
    message = str(getattr(error, "message", "")) or _CRT_ERROR.sub("", str(error))
    return message.removeprefix(f"{name}: ").split("\n", 1)[0].strip().rstrip(".") or name
