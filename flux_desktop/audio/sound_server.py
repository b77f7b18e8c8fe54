"""What the sound server of Linux (PulseAudio, PipeWire) calls the source and the sink that are used by default.

PortAudio reaches it through devices named ``default``, ``pulse`` or ``pipewire``, which say nothing to a person.
"""

from __future__ import annotations

import shutil
import subprocess

import msgspec

from flux_desktop.base.child_environment import child_environment

STANDS_FOR_DEFAULT = frozenset({"default", "pulse", "pipewire"})
LIMIT_S = 2.0


class _Source(msgspec.Struct):
    name: str
    description: str = ""


def default_source_description() -> str:
    """The description of the default source, such as ``USB headset Mono``; empty where it is not known. Blocks."""
    return _default_description("source")


def default_sink_description() -> str:
    """The description of the default sink, such as ``Built-in audio``; empty where it is not known. Blocks."""
    return _default_description("sink")


def _default_description(kind: str) -> str:
    command = shutil.which("pactl")
    if command is None:
        return ""
    try:
        name = _answer([command, f"get-default-{kind}"]).decode(errors="replace").strip()
        listed = msgspec.json.decode(_answer([command, "--format=json", "list", f"{kind}s"]), type=list[_Source])
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        return ""
    return next((each.description for each in listed if each.name == name), "")


def _answer(command: list[str]) -> bytes:
    done = subprocess.run(
        command, env=child_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=True
    )
    return done.stdout
