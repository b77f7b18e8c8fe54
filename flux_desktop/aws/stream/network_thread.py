"""Keeps the Python thread state of the network library's thread alive between its calls into Python.

WORKAROUND https://github.com/python/cpython/issues/146219: a thread that Python did not start gets a new thread state
each time it calls into Python and loses it on return, together with the memory mapping of its call stack. A stream
makes three such calls per chunk; the mappings cost 30 µs of CPU per chunk at 150 streams (measured: 151 → 119).
CPython documents this as intended, so the library has to keep the state; awscrt does not up to 0.32.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import sysconfig
from functools import cache
from importlib import metadata

_LOG = logging.getLogger(__name__)

_PYTHONS = ((3, 12), (3, 14))
"""Oldest and newest version for which the cost was measured."""
_AWSCRT_FIXED = (0, 33)
"""First version of awscrt that has not been checked."""


class NetworkThread:
    """The one network thread of a `Network`. `needed` is whether its thread state has to be kept alive."""

    def __init__(self, needed: bool | None = None) -> None:
        self._pending = _is_needed() if needed is None else needed

    def pin_state(self) -> None:
        """Keep the calling thread's state alive from now on. Call it on the network thread; idempotent.

        About 20 kB stay allocated until the process ends, for each network thread that existed.
        """
        if self._pending:
            self._pending = False
            # One Ensure without its Release: the use count of the state never returns to zero.
            ctypes.pythonapi.PyGILState_Ensure()


def is_affected(implementation: str, python: tuple[int, ...], awscrt: tuple[int, ...], free_threaded: bool) -> bool:
    """Whether this combination is known to discard the thread state after every call."""
    oldest, newest = _PYTHONS
    return (
        implementation == "cpython"
        and not free_threaded
        and oldest <= python[:2] <= newest
        and awscrt[:2] < _AWSCRT_FIXED
    )


@cache
def _is_needed() -> bool:
    version = metadata.version("awscrt")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    if is_affected(sys.implementation.name, sys.version_info[:2], numbers, free_threaded):
        return True
    _LOG.info("Network thread state is not kept alive: unverified with awscrt %s and this Python", version)
    return False
