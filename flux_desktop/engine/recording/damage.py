"""Damage within a recording, as it is found by reading it.

An end that is cut off is none: a process that was killed leaves it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.events import RunEnded

_EVENT = b'{"event":"'


class RecordingDamage:
    """The damage of one recording. Without any, it says nothing."""

    def __init__(self) -> None:
        self._lines: Counter[str] = Counter()
        self._broken: set[str] = set()

    def undecodable(self, path: Path, line: bytes) -> None:
        """Take a line that is no event: one of another version, or cut off at the end of its file, is not damaged."""
        if line.endswith(b"\n") and not _is_object(line):
            self._lines[path.name] += 1

    def passed_over(self, path: Path, line: bytes) -> None:
        """Take an event that is not decoded: it is damaged where another one begins in it, or its end is missing."""
        if line.endswith(b"\n") and (not line.endswith(b"}\n") or line.find(_EVENT, 1) > 0):
            self._lines[path.name] += 1

    def broken(self, path: Path) -> None:
        """Take a file whose compressed data is damaged: what follows cannot be found."""
        self._broken.add(path.name)

    @property
    def sentence(self) -> str:
        """What is damaged; empty for nothing."""
        parts = [f"{amount(count, 'line')} of {name}" for name, count in sorted(self._lines.items())]
        parts += [f"a part of {name}" for name in sorted(self._broken)]
        if not parts:
            return ""
        is_one = len(parts) == 1 and sum(self._lines.values()) <= 1
        return f"The recording is damaged: {', '.join(parts)} cannot be read and {'is' if is_one else 'are'} left out."

    def marked(self, ended: RunEnded) -> RunEnded:
        """The end of the run with what is damaged."""
        unrecorded = " ".join(filter(None, (ended.unrecorded, self.sentence)))
        return msgspec.structs.replace(ended, unrecorded=unrecorded)


def _is_object(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True
