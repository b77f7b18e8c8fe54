"""Addresses to listen on, and those of this machine."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from distributed.utils import get_ip

from flux_desktop.base.problem import Problem, ProblemError

PORT = 8786


def parse_address(text: str) -> tuple[str, int]:
    """``HOST``, ``HOST:PORT`` or ``[IPV6]:PORT``; an empty host is this machine's own. Raises `ProblemError`."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(PORT)
    is_bare_ipv6 = ":" in host and not host.startswith("[")
    if not port.isdigit() or int(port) > 65535 or is_bare_ipv6:
        raise ProblemError(
            Problem(
                code="option_unknown",
                what=f"“{text}” is not an address.",
                todo="Write HOST:PORT, such as 10.0.0.5:8786 or [fd00::5]:8786.",
            )
        )
    return host or get_ip(), int(port)


def not_listening(host: str, port: int, error: BaseException) -> Problem:
    """Why Dask could not listen there: it raises a RuntimeError with the cause."""
    cause = error.__cause__ or error
    return Problem(
        code="cluster_listen",
        what=f"{host}:{port} cannot be listened on.",
        why=f"{getattr(cause, 'strerror', None) or cause}.",
        todo="Choose another address with --listen.",
    )


def is_loopback(contact: str) -> bool:
    """Whether no other machine reaches a ``tls://IP:PORT``: what a machine's own name often stands for."""
    return ip_address(urlsplit(contact).hostname or "").is_loopback


def is_here(contact: str) -> bool:
    """Whether a ``tls://IP:PORT`` is an address of this machine, or of the container that this process runs in.

    Nothing else can be bound here, whatever the interfaces are called and whatever they are behind.
    """
    host = urlsplit(contact).hostname or ""
    try:
        (found, *_) = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
        with socket.socket(*found[:2]) as probe:
            probe.bind(found[-1])
    except OSError:
        return False
    return True
