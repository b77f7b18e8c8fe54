"""Standard streams that cannot be written, such as a pipe that nobody reads any more."""

from __future__ import annotations

import os
from typing import TextIO


def drop_unwritable(stream: TextIO | None) -> OSError | None:
    """Flush, and divert a stream that cannot be written: the flush at exit would replace the exit status by 120.

    Returns why it cannot be written.
    """
    try:
        if stream is not None:
            stream.flush()
    except OSError as error:
        assert stream is not None
        divert(stream)
        return error
    return None


def divert(stream: TextIO) -> None:
    """Let a stream write to the null device from now on."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
