"""The libraries of a frozen folder that come from the build system, and their packages.

Empty on systems without dpkg.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

PLACES = (
    "/lib64",
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
)


class SystemLibrary(NamedTuple):
    """`path` is relative to the folder."""

    path: Path
    package: str
    version: str


def of(folder: Path) -> list[SystemLibrary]:
    """All of them, by path. PyInstaller puts them at the top of ``_internal``."""
    if shutil.which("dpkg-query") is None:
        return []
    names = sorted(path for path in (folder / "_internal").iterdir() if ".so" in path.name and not path.is_symlink())
    sources = {path: source for path in names if (source := _source(path.name)) is not None}
    packages = _packages(sources.values())
    return [
        SystemLibrary(path.relative_to(folder), *packages[source])
        for path, source in sources.items()
        if source in packages
    ]


def packages_of(names: Iterable[str]) -> set[str]:
    """The packages of the build system that contain libraries of these names."""
    sources = [source for name in names if (source := _source(name)) is not None]
    return {package for package, _ in _packages(sources).values()}


def _source(name: str) -> Path | None:
    for place in PLACES:
        path = Path(place, name)
        if path.exists():
            return path
    return None


def _packages(paths: Iterable[Path]) -> dict[Path, tuple[str, str]]:
    """The package and version that each file belongs to."""
    candidates = {name: path for path in paths for name in _names(path)}
    owners: dict[Path, str] = {}
    for line in _dpkg("-S", *candidates):
        packages, _, name = line.partition(": ")
        owners[candidates[name]] = packages.split(",")[0].split(":")[0]
    versions = dict(line.split("\t") for line in _dpkg("-W", "-f", "${Package}\t${Version}\n", *set(owners.values())))
    return {path: (package, versions[package]) for path, package in owners.items()}


def _names(path: Path) -> set[str]:
    """The names under which dpkg may know a file: two on systems with a merged /usr."""
    names = {str(path), str(path.resolve())}
    return names | {name.removeprefix("/usr") for name in names}


def _dpkg(*arguments: str) -> list[str]:
    # It fails if one of several names is unknown, which is not an error here.
    return subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=False).stdout.splitlines()
