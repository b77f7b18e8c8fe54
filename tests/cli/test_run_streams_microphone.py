"""`flux-stress microphone` with a microphone that hears a recording, through the whole path."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.base.resources import resource_path
from tests.audio.virtual_microphone import VirtualMicrophone, missing_parts, virtual_microphone
from tests.waiting import PATIENCE_S

MISSING = missing_parts()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no virtual microphone here: {MISSING} missing")
TRIES = 3
PROGRAM = [sys.executable, "-m", "flux_desktop.cli.main", "microphone"]


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    with virtual_microphone(monkeypatch) as device:
        yield device


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, encoding="utf-8")


@pytest.mark.timeout(4 * PATIENCE_S)  # a list, and up to three runs
def test_speech_into_a_microphone_is_printed(microphone: VirtualMicrophone, tmp_path: Path) -> None:
    listed = run("--list-devices")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[0] == "Microphones, for --device:"
    assert " Hz) (default)" in listed.stdout
    # Recognition on a busy machine may fall so far behind that the run rightly fails: then once more.
    for _ in range(TRIES):
        with microphone.play(Path(resource_path("sample_audio/conversation.wav"))) as playing:
            try:
                done = run(
                    *("local", "--connections", "2", "--duration", "3", "--eot-timeout-ms", "500"),
                    *(
                        "--sessions-dir",
                        str(tmp_path),
                        "--local-arguments",
                        "--recogniser whisper",
                        "--log-level",
                        "DEBUG",
                    ),
                )
            finally:
                playing.kill()
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    for conn in (1, 2):
        assert any(line.startswith(f"[Conn {conn}] ✓ ") for line in done.stdout.splitlines()), done.stdout
    assert "2 of 2 connections completed on local" in done.stdout


def test_no_endpoint_is_exit_2() -> None:
    done = run()
    assert done.returncode == 2
    assert done.stderr == "No endpoint is selected. Select one from the list.\n"
