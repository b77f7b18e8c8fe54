"""Processes of this program never import modules from the working directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import frozen_parts
import pytest

from flux_desktop.base import program

TRAPS = (
    *("argparse", "asyncio", "boto3", "botocore", "cryptography", "granian", "hdrh", "json", "logging", "msgspec"),
    *("ctranslate2", "numpy", "platformdirs", "pyaudio", "pyqtgraph", "PySide6", "qasync", "rich", "sitecustomize"),
    *("soundfile", "soxr", "textwrap", "uvloop", "wave"),
)
ARGUMENTS = {
    "flux_desktop.audio.listening.process": ["16000"],
    "flux_desktop.audio.playing": [""],
    "flux_desktop.cli.main": ["self-test", "--quick"],
    "flux_desktop.local_endpoint.__main__": ["--parent-pipe"],
    "flux_desktop.local_endpoint.recognition.decode_worker": ["tiny.en"],
    "flux_desktop.ui.app.app": ["--self-test-picture", "window.png"],
}
LIMIT_S = 50.0


@pytest.fixture
def trapped_folder(tmp_path: Path) -> Path:
    """A folder with modules that leave a file behind when they are imported."""
    for name in TRAPS:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'a').write({name!r} + ' ')\n")
    return tmp_path


def executed(folder: Path, command: list[str]) -> str:
    """The traps that a process with this working directory has executed."""
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False
    )
    assert b"Traceback" not in done.stderr
    assert b"No module named" not in done.stderr
    marks = folder / "executed"
    return marks.read_text() if marks.exists() else ""


def test_the_traps_work(trapped_folder: Path) -> None:
    command = [sys.executable, "-c", "import wave"]
    assert "wave" in executed(trapped_folder, command)


def test_every_child_is_started_without_the_working_directory_on_its_path() -> None:
    assert program.command("some.module", ["argument"]) == [sys.executable, "-P", "-m", "some.module", "argument"]


def test_a_child_executes_nothing_from_the_working_directory(trapped_folder: Path) -> None:
    assert executed(trapped_folder, program.command("flux_desktop.engine.worker.worker")) == ""


@pytest.mark.parametrize("module", frozen_parts.MODULES)
def test_nor_does_a_module_that_is_started_by_hand(module: str, trapped_folder: Path) -> None:
    command = [sys.executable, "-m", module, *ARGUMENTS.get(module, [])]
    assert executed(trapped_folder, command) == ""


@pytest.mark.parametrize("name", ["flux-stress", "flux-desktop"])
def test_nor_do_the_installed_commands(name: str, trapped_folder: Path) -> None:
    script = Path(sys.executable).with_name(name)
    if not script.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}")
    assert executed(trapped_folder, [str(script), "--help"]) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_a_process_has_no_threads_for_linear_algebra() -> None:
    program_text = "import flux_desktop, numpy, os; print(len(os.listdir('/proc/self/task')))"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", program_text], env=environment, capture_output=True, check=True)
    assert int(done.stdout) == 1


@pytest.mark.parametrize(("imported", "printed"), [("sys", b"collected"), ("flux_desktop", b"")])
def test_the_end_of_a_process_collects_nothing(imported: str, printed: bytes) -> None:
    program_text = f"""
import os, {imported}
class Cycle:
    def __init__(self):
        self.itself = self
    def __del__(self):
        os.write(1, b"collected")
Cycle()
"""
    assert subprocess.run([sys.executable, "-c", program_text], capture_output=True, check=True).stdout == printed


def test_a_server_does_not_end_at_a_hang_up_that_its_parent_ignores() -> None:
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} == set(program.stop_signals())
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert signal.SIGHUP not in program.stop_signals()
    finally:
        signal.signal(signal.SIGHUP, before)
