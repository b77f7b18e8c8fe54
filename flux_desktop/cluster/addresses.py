"""Addresses to listen on."""

from __future__ import annotations

from distributed.utils import get_ip

from flux_desktop.base.problem import Problem, ProblemError

PORT = 8786


def parse_address(text: str) -> tuple[str, int]:
    """``HOST``, ``HOST:PORT`` or ``[IPV6]:PORT``; an empty host is this machine's own. Raises `ProblemError`."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(PORT)
    if not port.isdigit() or int(port) > 65535:
        raise ProblemError(
            Problem(
                code="option_unknown",
                what=f"“{text}” is not an address.",
                todo="Write HOST:PORT, such as 10.0.0.5:8786.",
            )
        )
    return host or get_ip(), int(port)
