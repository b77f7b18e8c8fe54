"""Short recordings for data sets."""

from __future__ import annotations

from pathlib import Path

from tests.audio.wav_bytes import data, fmt, riff

SECOND = b"\x01\x00" * 16_000


def recordings(folder: Path, *names: str, samples: bytes = SECOND) -> None:
    """Files of one second, whatever their names end in."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(riff(fmt(), data(samples)))
