"""Versions of this program, of Python, of the system and of the libraries that matter."""

from __future__ import annotations

import platform
from importlib import metadata

from flux_desktop import __version__

PARTS = (
    "PySide6-Essentials",
    "qasync",
    "pyqtgraph",
    "aws-sdk-sagemaker-runtime-http2",
    "awscrt",
    "boto3",
    "ctranslate2",
    "granian",
    "numpy",
    "PyAudio",
)
"""Distributions whose versions explain the program's behaviour; a frozen bundle includes their metadata."""
MISSING = "not installed"


def versions() -> list[tuple[str, str]]:
    """Pairs of a name and a version, or `MISSING`."""
    entries = [("flux-desktop", __version__), ("Python", platform.python_version()), ("System", platform.platform())]
    for name in PARTS:
        try:
            entries.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            entries.append((name, MISSING))
    return entries
