"""Switches off Nagle's algorithm on the sockets of the AWS common runtime.

WORKAROUND https://github.com/awslabs/aws-c-io/pull/816: awscrt 0.32 leaves TCP_NODELAY off and has no option for
it. The last segment of every chunk then waits for the acknowledgement of the previous one: a round trip, plus up to
40 ms of delayed acknowledgement, in every latency that this program measures. Opening a stream on the loopback
interface took 43 ms longer (measured).
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

_OWN_DESCRIPTORS = Path("/dev/fd")


class NoDelay:
    """Sets TCP_NODELAY on TCP sockets of this process that it has not seen before.

    Costs about 1 µs per descriptor. A descriptor may be closed and reused at any moment: the socket is duplicated
    before it is changed, the duplicate is always closed, and no socket of this process needs the delay. Does nothing
    on a system without ``/dev/fd``.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def apply(self) -> None:
        """Scan the descriptors once; call it right after a connection has been made."""
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
    duplicate = os.dup(number)
    try:
        sock = socket.socket(fileno=duplicate)
    except OSError:  # closed and reused for something else since the scan
        os.close(duplicate)
        return
    with sock:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
