"""The sockets that this process has open, for code that must reach those of a library which keeps them to itself.

Other threads open and close descriptors meanwhile. So a descriptor is examined before it is duplicated, and the
duplicate is closed whatever happens: a duplicate that stays open keeps its connection open too.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

OWN_DESCRIPTORS = Path("/dev/fd")


def socket_descriptors() -> Iterator[tuple[int, int]]:
    """Descriptor and inode of every open socket of this process; nothing where the system has no ``/dev/fd``.

    Costs about 1 µs a descriptor. A descriptor may be closed or reused at any time after it is yielded.
    """
    try:
        numbers = [int(name) for name in os.listdir(OWN_DESCRIPTORS) if name.isdigit()]
    except OSError:
        return
    for number in numbers:
        try:
            status = os.fstat(number)
        except OSError:  # closed since it was listed
            continue
        if stat.S_ISSOCK(status.st_mode):
            yield number, status.st_ino


@contextlib.contextmanager
def duplicated_socket(descriptor: int) -> Iterator[socket.socket]:
    """A duplicate of a socket that belongs to other code, closed at the end; the original stays open.

    Raises `OSError` where the descriptor is closed or no longer a socket, or where no further one can be opened.
    """
    duplicate = os.dup(descriptor)
    try:
        handle = socket.socket(fileno=duplicate)
    except OSError:
        os.close(duplicate)
        raise
    with handle:
        yield handle
