"""A temporary folder of one process, which the next process removes if this one is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from flux_desktop.base.running import is_running


def private_folder(prefix: str, parent: Path | None = None) -> Path:
    """A new folder for this process, mode 0700, in `parent` (by default the system's temporary folder).

    Folders with the same prefix of processes that were killed are removed. Raises `OSError`.
    """
    parent = parent or Path(tempfile.gettempdir())
    for old in parent.glob(f"{prefix}*"):
        number = old.name.removeprefix(prefix).partition("-")[0]
        if number.isdigit() and not is_running(int(number)):
            # Another user's folder cannot be removed, and need not be.
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))
