"""Locates bundled files in a checkout, an installed wheel and a frozen bundle."""

from __future__ import annotations

from pathlib import Path

SAMPLE_RECORDING = "sample_audio/conversation.wav"
"""The bundled conversation; its words file lies beside it."""
SAMPLE_DATA_SET = "sample_audio/conversations/manifest.jsonl"
"""The manifest of the bundled data set; its recordings and their words files lie beside it."""

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_path(name: str) -> Path:
    """Return the path of a bundled file, such as ``sample_audio/conversation.wav``.

    A wheel or frozen bundle has the files inside the package, a checkout beside it. Raises `FileNotFoundError` naming
    the file if neither has it.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"The bundled file {name} is missing; reinstall the program.")
