"""Which data a recorded run used, by content: a hash of every clip that it sent, from its recording alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.engine.records.events import decode_event

_REFERENCE = b'{"event":"clip_reference"'


def read_data_identity(folder: Path) -> dict[int, str]:
    """A hash of each clip's name, length and reference by its number in the data; empty without references.

    The time at which it was sent, and the folder that it was in, do not count. Blocks; raises `OSError`.
    """
    return identity_of(_references(folder))


def identity_of(references: Iterable[ClipReference]) -> dict[int, str]:
    """The same of references that have been read."""
    alike = (msgspec.structs.replace(each, t=0.0, clip=Path(each.clip).name) for each in references)
    return {each.number: hashlib.blake2s(msgspec.json.encode(each), digest_size=8).hexdigest() for each in alike}


def _references(folder: Path) -> Iterator[ClipReference]:
    for line in chain.from_iterable(map(recorded_lines, recording_files(folder))):
        if not line.startswith(_REFERENCE):
            continue
        try:
            event = decode_event(line)
        except msgspec.DecodeError:
            continue
        if isinstance(event, ClipReference):
            yield event


def data_hash(identity: dict[int, str]) -> str:
    """One hash of all clips; empty without any."""
    parts = "\n".join(f"{number}:{each}" for number, each in sorted(identity.items()))
    return hashlib.blake2s(parts.encode(), digest_size=6).hexdigest() if parts else ""


def differing_clips(base: dict[int, str], new: dict[int, str]) -> int:
    """Clips that both runs sent, and that are not the same."""
    return sum(base[number] != new[number] for number in base.keys() & new.keys())
