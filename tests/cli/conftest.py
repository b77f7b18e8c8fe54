"""What the tests of the command line share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.base.logs import TALKATIVE
from tests.audio.wav_bytes import data, fmt, riff


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """`main` sets up logging for the whole process; other tests must not see that."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def wav(tmp_path: Path) -> str:
    """The path of a short recording."""
    path = tmp_path / "speech.wav"
    path.write_bytes(riff(fmt(), data()))
    return str(path)
