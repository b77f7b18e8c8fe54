"""What reads bytes from outside, each as a function that raises nothing but for a defect, with inputs to begin from.

Whatever a reader may raise by its contract is caught there; what it has read goes on through the code that uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.trust import fuzz_files, fuzz_wire


class Target(NamedTuple):
    """One reader. `share` is its part of all inputs, in percent; `longest` how many bytes an input may have."""

    feed: Callable[[bytes], None]
    seeds: list[bytes]
    share: int
    longest: int = 4096


def targets(folder: Path) -> dict[str, Target]:
    """All of them; `folder` is for files."""
    return {
        "sound": Target(fuzz_files.Sound(folder), fuzz_files.sound_seeds(), 15),
        "frames": Target(fuzz_wire.read_frames, fuzz_wire.frame_seeds(), 23),
        "messages": Target(fuzz_wire.read_messages, fuzz_wire.message_seeds(), 20),
        "commands": Target(fuzz_wire.read_commands, fuzz_wire.command_seeds(), 14),
        "words": Target(fuzz_files.Words(folder), fuzz_files.words_seeds(), 5),
        "data sets": Target(fuzz_files.Folder(folder), fuzz_files.folder_seeds(), 8),
        "settings": Target(fuzz_files.Settings(folder), fuzz_files.settings_seeds(), 8),
        "recordings": Target(fuzz_files.Session(folder), fuzz_files.session_seeds(), 7),
    }
