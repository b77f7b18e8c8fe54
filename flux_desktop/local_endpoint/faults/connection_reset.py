"""Resets a client's TCP connection below TLS and HTTP, which the server library has no call for."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import socket
import struct
import sys

from flux_desktop.base.open_sockets import duplicated_socket, socket_descriptors

_LOG = logging.getLogger(__name__)


def reset_connection(peer_port: int) -> bool:
    """Reset the IPv4 connection whose other end has `peer_port`; whether there was one.

    The socket belongs to the server library and is found among this process's own descriptors.
    """
    for descriptor, _ in socket_descriptors():
        with contextlib.suppress(OSError), duplicated_socket(descriptor) as handle:
            if handle.family == socket.AF_INET and handle.getpeername()[1] == peer_port:
                _reset(handle)
                return True
    _LOG.warning("The connection from port %d was to be reset, but it is no longer open.", peer_port)
    return False


def _reset(handle: socket.socket) -> None:
    """Send RST: on Linux by dissolving the association (connect() to AF_UNSPEC), elsewhere at least end both ways."""
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        unspecified = struct.pack("=H14x", socket.AF_UNSPEC)
        if libc.connect(handle.fileno(), unspecified, len(unspecified)) == 0:
            return
    handle.shutdown(socket.SHUT_RDWR)
