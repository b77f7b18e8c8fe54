"""A microphone without a sound card: a private PulseAudio whose null sink is listened to."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

PROGRAMS = ("pulseaudio", "pactl", "paplay")
SILENT_SINK = "module-null-sink norewinds=1"
"""Sound every 50 ms. By default the first comes after up to 2 s, in which PortAudio's thread takes a whole core."""


@functools.cache
def missing_parts() -> str:
    """What keeps this machine from having a virtual microphone; empty if nothing does."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    plugin = any(Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so"))
    if not plugin:
        missing.append("libasound2-plugins")
    return ", ".join(missing)


class VirtualMicrophone:
    """A running sound server whose default source hears what is played to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def play(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to play a recording into the microphone."""
        return subprocess.Popen(["paplay", "-d", "s", str(wav)], env=self._environment)

    def plug(self, name: str) -> str:
        """Plug in a further microphone, listed by PortAudio under this name; returns what `unplug` takes."""
        config = Path(self._environment["HOME"], ".asoundrc")
        config.write_text(f'pcm.{name} {{ type pulse\n device "{name}.monitor" }}\n')
        load = ["pactl", "load-module", *SILENT_SINK.split(), f"sink_name={name}"]
        return subprocess.run(load, env=self._environment, check=True, capture_output=True, text=True).stdout.strip()

    def unplug(self, plugged: str) -> None:
        """Take it away, also from ALSA's list of names, which outlives the sound server's own."""
        Path(self._environment["HOME"], ".asoundrc").unlink()
        subprocess.run(["pactl", "unload-module", plugged], env=self._environment, check=True)

    def stand_still(self, still: bool) -> None:
        """Stop the microphone's sound, as a device does that is gone, or let it go on.

        Killing the whole server would show the same, but PortAudio's own thread never returns from that.
        """
        subprocess.run(["pactl", "suspend-source", "virtmic", str(int(still))], env=self._environment, check=True)

    def stand_still_sink(self, still: bool) -> None:
        """Stop taking sound, as an output does that is gone, or go on."""
        subprocess.run(["pactl", "suspend-sink", "s", str(int(still))], env=self._environment, check=True)


@contextlib.contextmanager
def virtual_microphone(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    """Start a private sound server and point this process at it."""
    folder = tempfile.mkdtemp(prefix="flux-pulse-")
    for name, value in {
        "XDG_RUNTIME_DIR": folder,
        "PULSE_RUNTIME_PATH": f"{folder}/pulse",
        "PULSE_SERVER": f"unix:{folder}/pulse/native",
        "HOME": folder,
        "PULSE_COOKIE": f"{folder}/cookie",
    }.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [
            *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"),
            *("-L", "module-native-protocol-unix"),
            *("-L", f"{SILENT_SINK} sink_name=s"),
            *("-L", "module-remap-source source_name=virtmic master=s.monitor"),
        ],
        env=dict(os.environ),
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_ready()
        subprocess.run(["pactl", "set-default-source", "virtmic"], check=True)
        yield VirtualMicrophone(dict(os.environ))
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _until_ready() -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while subprocess.run(["pactl", "info"], capture_output=True).returncode:
        assert time.monotonic() < deadline_s, "the sound server did not start"
        time.sleep(0.05)
