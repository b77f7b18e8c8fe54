"""Licence texts and bill of materials of a frozen folder, including the libraries taken from the build system."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import notices
import system_libraries
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.component import Component, ComponentType
from packageurl import PackageURL

_PLACE = "_internal/flux_desktop/_resources/notices"


def complete(folder: Path) -> None:
    """Write the complete bill and the licence texts of the build system into a frozen folder."""
    place = folder / _PLACE
    (place / notices.BILL).write_text(notices.bill(_system_parts(folder)), "utf-8")
    system = place / "system"
    system.mkdir(exist_ok=True)
    for package in sorted({library.package for library in system_libraries.of(folder)}):
        text = Path("/usr/share/doc", package, "copyright")
        (system / f"{package}.txt").write_bytes(text.read_bytes())


def _system_parts(folder: Path) -> Iterator[Component]:
    python = sys.version.split()[0]
    yield Component(name="CPython", version=python, bom_ref=f"CPython {python}")
    for library in system_libraries.of(folder):
        digest = hashlib.sha256((folder / library.path).read_bytes()).hexdigest()
        yield Component(
            name=library.path.name,
            version=library.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL("deb", "debian", library.package, library.version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            bom_ref=library.path.as_posix(),
        )
