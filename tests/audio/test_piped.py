"""Audio that comes through a pipe."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from flux_desktop.audio import piped
from flux_desktop.audio.piped import is_piped, save_piped
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from tests.audio.wav_bytes import SAMPLES, data, fmt, riff

CONTENT = riff(fmt(), data(size=0xFFFFFFFF))


class Input(io.TextIOWrapper):
    """Standard input with these bytes in it."""

    def __init__(self, content: bytes, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content))
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CONTENT,))
    writer.start()
    assert is_piped(str(pipe))
    saved = save_piped(str(pipe), tmp_path)
    writer.join()
    assert open_recording(saved).pcm() == SAMPLES


def test_standard_input_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Input(CONTENT))
    assert is_piped("-")
    assert save_piped("-", tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("stdin", [None, Input(b"", terminal=True)])
def test_a_terminal_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stdin: io.TextIOWrapper | None
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(ProblemError, match="not connected to any audio"):
        save_piped("-", tmp_path)


def test_an_endless_pipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piped, "PIPED_BYTES_MAX", 10)
    monkeypatch.setattr(sys, "stdin", Input(CONTENT))
    with pytest.raises(ProblemError, match="more audio than can be used"):
        save_piped("-", tmp_path)


def test_a_file_is_no_pipe(tmp_path: Path) -> None:
    assert not is_piped(str(tmp_path / "missing.wav"))
