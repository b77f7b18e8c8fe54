"""Where the bundled files lie: the one function that finds them from source, wheel and frozen folder."""

from __future__ import annotations

from pathlib import Path

SAMPLE_RECORDING = "sample_audio/conversation.wav"
"""The bundled conversation; its words file lies beside it."""

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_path(name: str) -> Path:
    """Return the path of a bundled file, such as ``sample_audio/conversation.wav``.

    A wheel (and a frozen folder) carries the files inside the package, a checkout beside it. Raises
    `FileNotFoundError` naming the file where neither holds it.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"The bundled file {name} is missing; install the program again.")
