"""Recordings as tests write and read them: without the thread of the recorder."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.engine.recording.recording_file import compressor, open_recording
from flux_desktop.engine.records.events import Event, encode_event


def append(path: Path, *events: Event) -> None:
    """Append a member with these events to a file of a recording."""
    member = compressor()
    with path.open("ab") as file:
        file.write(member.compress(b"".join(map(encode_event, events))) + member.flush())


def content(path: Path) -> bytes:
    """The lines of a file, as far as they can be read."""
    with open_recording(path) as file:
        return file.read()
