"""The shared objects of a frozen folder on Linux, and the libraries that each one links."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

_ELF = b"\x7fELF"


class SharedObject(NamedTuple):
    """`path` is relative to the folder, `needed` the names of linked libraries, `glibc` the newest version required."""

    path: Path
    needed: frozenset[str]
    glibc: tuple[int, ...]


def of(folder: Path) -> list[SharedObject]:
    """All programs and libraries in the folder, by path, without symbolic links."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink() and _is_elf(path)]
    return [_read(folder, path) for path in paths]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _ELF


def _read(folder: Path, path: Path) -> SharedObject:
    environment = os.environ | {"LC_ALL": "C"}
    done = subprocess.run(["objdump", "-p", str(path)], env=environment, capture_output=True, text=True, check=True)
    needed = re.findall(r"NEEDED\s+(\S+)", done.stdout)
    versions = [tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(\d+(?:\.\d+)+)", done.stdout)]
    return SharedObject(path.relative_to(folder), frozenset(needed), max(versions, default=(2,)))
