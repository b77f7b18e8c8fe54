"""Switches off Nagle's algorithm on the network library's sockets, which it cannot do by itself.

WORKAROUND https://github.com/awslabs/aws-c-io/pull/816: awscrt 0.32 leaves TCP_NODELAY off and offers no
option for it. The last segment of every chunk then waits for the acknowledgement of the one before: a round
trip, plus up to 40 ms of delayed acknowledgement, added to every figure that this program measures.
Opening a stream on one machine took 43 ms longer (measured).
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

_OWN_DESCRIPTORS = Path("/dev/fd")


class NoDelay:
    """Finds TCP sockets of this process that it has not seen and sets TCP_NODELAY on them.

    Looking costs about 1 µs a descriptor. A descriptor that is closed meanwhile is harmless: it is duplicated
    first, and no socket of this process wants the delay. Where the system has no ``/dev/fd``, nothing happens.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def apply(self) -> None:
        """Look once; call it when a connection has just been made."""
        try:
            numbers = [int(name) for name in os.listdir(_OWN_DESCRIPTORS) if name.isdigit()]
        except OSError:
            return
        present = set()
        for number in numbers:
            with contextlib.suppress(OSError):
                status = os.fstat(number)
                if not stat.S_ISSOCK(status.st_mode):
                    continue
                present.add(status.st_ino)
                if status.st_ino not in self._seen:
                    _switch_off_delay(number)
        self._seen = present


def _switch_off_delay(number: int) -> None:
    with socket.socket(fileno=os.dup(number)) as sock:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
