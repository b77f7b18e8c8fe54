"""Each way in which a connection cannot be had or is lost, told once: what, why, what to do."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem


class Address(msgspec.Struct, frozen=True):
    """The address a sentence speaks of."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


_CHECK_ADDRESS = "Check the region and the endpoint address."
_CA = "If a company proxy inspects the traffic, point AWS_CA_BUNDLE or --ca-bundle at its certificate authority."

#: code: (what, why, what to do); {address}, {host} and {detail} are filled in.
_TEXTS: dict[str, tuple[str, str, str]] = {
    "connect_refused": (
        "The connection to {address} was refused.",
        "Nothing listens on that port, or a firewall rejects it.",
        "Check that the address and port are right and that the server is running.",
    ),
    "dns_failure": (
        "The name {host} could not be resolved.",
        "There is no such host, or this machine has no working name service.",
        _CHECK_ADDRESS + " Then check this machine's network connection.",
    ),
    "connect_timeout": (
        "No connection to {address} within {detail}.",
        "Nothing answered: a firewall may drop the traffic without a word.",
        "Bidirectional streams need outgoing TCP to port 8443; ask for it to be opened.",
    ),
    "network_unreachable": (
        "There is no network path to {address}.",
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
        "No secure connection to {address} could be set up.",
        "The TLS handshake failed ({detail}): most often the server's certificate authority is not trusted.",
        _CA,
    ),
    "tls_broken_off": (
        "The TLS handshake with {address} was broken off.",
        "A second look found its certificate in order, so the other side or the network cut it short.",
        "Try again; if it persists, something between this machine and AWS is at fault.",
    ),
    "tls_timeout": (
        "{address} accepts connections but does not complete the TLS handshake within {detail}.",
        "The port may belong to another service, or a firewall holds the connection.",
        "Bidirectional streams use port 8443; port 443 never answers them.",
    ),
    "not_tls": (
        "{address} does not speak TLS.",
        "It answered in plain text: {detail}",
        "Use the address and port of the secure service; an unencrypted one is not supported.",
    ),
    "not_http2": (
        "{address} does not speak HTTP/2.",
        "Streams need HTTP/2 from end to end; an inspecting proxy often offers HTTP/1.1 only.",
        "Ask for {host} to be exempted from inspection, or use another network.",
    ),
    "ca_file_unusable": (
        "The certificate authorities in {detail} cannot be used.",
        "The file is missing, unreadable, or holds no certificate in PEM form.",
        "Check --ca-bundle and AWS_CA_BUNDLE.",
    ),
    "proxy_failed": (
        "The proxy did not open a tunnel to {address}.",
        "{detail}",
        "Check HTTPS_PROXY and its user name and password, or list the host in NO_PROXY.",
    ),
    "address_invalid": (
        "The endpoint address is not usable.",
        "{detail}",
        "Give it as https://HOST:PORT.",
    ),
    "stream_reset": (
        "{address} reset the stream.",
        "The service or a gateway in between cut it off ({detail}).",
        "Try again; if it persists, look at the endpoint's logs.",
    ),
    "goaway": (
        "{address} is closing its connections.",
        "It sent GOAWAY: it is restarting or shedding load.",
        "Try again in a moment.",
    ),
    "connection_lost": (
        "The connection to {address} was lost.",
        "The other side or the network dropped it ({detail}).",
        "Check the network; if it persists, look at the endpoint's logs.",
    ),
    "http2_error": (
        "{address} broke the rules of HTTP/2.",
        "{detail}",
        "Try again; if it persists, something between this machine and AWS is at fault.",
    ),
    "headers_timeout": (
        "{address} did not answer the stream's request within {detail}.",
        "The connection stands, but the endpoint stays silent: it may be overloaded or restarting.",
        "Try again with fewer connections; if it persists, look at the endpoint's logs.",
    ),
    "open_timeout": (
        "The stream to {address} could not be opened within {detail}.",
        "No reason was given.",
        "Try again; the log file has the details.",
    ),
    "ended_early": (
        "{address} ended the stream without being asked to.",
        "Streams are cut after 30 minutes, when the endpoint is updated, or when the model fails.",
        "Start again; words spoken at the end may be missing.",
    ),
}

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
    "AWS_ERROR_HTTP_PROTOCOL_ERROR": "http2_error",
    "AWS_ERROR_HTTP_COMPRESSION": "http2_error",
    "AWS_ERROR_HTTP_STREAM_IDS_EXHAUSTED": "http2_error",
}


def connect_problem(code: str, address: Address, detail: str = "") -> Problem:
    """The problem `code` (a key of this module's table) at `address`, with what is known of the cause."""
    what, why, todo = _TEXTS[code]
    values = {"address": str(address), "host": address.host, "detail": detail}
    return Problem(code=code, what=what.format(**values), why=why.format(**values).strip(), todo=todo.format(**values))


def crt_problem(error: BaseException, address: Address, waited: str = "10 s") -> Problem:
    """Translate an error of the AWS common runtime, which carries its cause in `name`."""
    name = str(getattr(error, "name", type(error).__name__))
    code = _CRT_CODES.get(name)
    if code is None:
        code = "tls_failed" if "_TLS_" in name else "connection_lost"
    detail = waited if code.endswith("timeout") else _plain(error, name)
    return connect_problem(code, address, detail)


def _plain(error: BaseException, name: str) -> str:
    message = str(getattr(error, "message", "")) or str(error)
    return message.removeprefix(f"{name}: ").split("\n", 1)[0].strip().rstrip(".") or name
