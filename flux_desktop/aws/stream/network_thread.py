"""Keeps Python's bookkeeping for the network library's thread from being made anew for every call.

WORKAROUND https://github.com/python/cpython/issues/146219: a thread that Python did not start gets a thread state
when it calls into Python, and loses it when it returns, with the memory mapping of its call stack. A stream
makes three such calls a chunk; the mappings cost 30 µs of CPU a chunk at 150 streams (measured: 151 → 119).
"""

from __future__ import annotations

import ctypes


class NetworkThread:
    """The one network thread of a `Network`, as Python sees it."""

    def __init__(self) -> None:
        self._kept = False

    def keep_state(self) -> None:
        """Call on the network thread; from then on its thread state outlives each call into Python.

        One state of about 20 kB stays until the process ends, for each network thread that there was.
        """
        if not self._kept:
            self._kept = True
            # Entered once more than left: the state's use count never comes back to zero.
            ctypes.pythonapi.PyGILState_Ensure()
