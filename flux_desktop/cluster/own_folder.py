"""The folder in which Dask keeps what it needs while a coordinator or a generator runs."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from flux_desktop.base.private_folder import private_folder
from flux_desktop.base.problem import Problem, ProblemError


@contextlib.contextmanager
def own_folder(prefix: str) -> Iterator[Path]:
    """Beside the files that generators of this machine have received: Dask's own would be in a folder that all users of
    the machine share. Raises `ProblemError`."""
    parent = Path(platformdirs.user_cache_dir("flux-desktop", appauthor=False))
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = private_folder(prefix, parent)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="cluster_folder",
                what=f"The files of the cluster cannot be kept in {parent}.",
                why=f"{error.strerror or error}.",
                todo="Free space on that disk, or make the folder writable.",
            )
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
