"""A stream that cannot be written is diverted, so that it can be flushed."""

from __future__ import annotations

import io
import os

from flux_desktop.base.standard_streams import drop_unwritable


def test_a_pipe_that_nobody_reads() -> None:
    reading, writing = os.pipe()
    with open(writing, "w") as stream:
        os.close(reading)
        stream.write("lost")
        assert isinstance(drop_unwritable(stream), BrokenPipeError)
        stream.write("dropped")
        assert drop_unwritable(stream) is None


def test_what_can_be_written_is_written() -> None:
    stream = io.StringIO()
    stream.write("kept")
    assert drop_unwritable(stream) is None
    assert stream.getvalue() == "kept"
    assert drop_unwritable(None) is None
