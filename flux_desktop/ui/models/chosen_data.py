"""The data set that a page of the window uses: the bundled one, or one that was chosen by its path. No Qt."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets.clip import unusable

BUNDLED = "Bundled conversations"


def data_name(path: str) -> str:
    """As pages name it; an empty path is the bundled one."""
    chosen = Path(path)
    return BUNDLED if not path else chosen.parent.name if chosen.name == "manifest.jsonl" else chosen.name


def data_path(path: str) -> str:
    """Where it is. Raises `ProblemError` where the bundled one is gone."""
    try:
        return path or str(resource_path(SAMPLE_DATA_SET))
    except FileNotFoundError as error:
        raise unusable(Path(SAMPLE_DATA_SET), str(error)) from None
