"""This program, Python, the system and the parts that matter, with their versions."""

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
    "granian",
    "numpy",
    "pocketsphinx",
    "PyAudio",
)
"""Distributions whose versions explain how the program behaves; a frozen folder carries what names them."""
MISSING = "not installed"


def versions() -> list[tuple[str, str]]:
    """Pairs of a name and a version, or `MISSING`."""
    found = [("flux-desktop", __version__), ("Python", platform.python_version()), ("System", platform.platform())]
    for name in PARTS:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, MISSING))
    return found
