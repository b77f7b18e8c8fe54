"""Writes the licence list and the bill of materials of the shipped packages.

Usage: python packaging/content/notices.py      renews resources/notices/ from the lock, after `make lock`

List and bill (CycloneDX) are built from the lock file, licences.toml and the licence files of the installed packages;
they do not depend on time or machine.
"""

from __future__ import annotations

import re
import sys
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from flux_desktop import __version__

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NOTICES = ROOT / "resources/notices"
LIST, BILL = "third-party-licences.txt", "sbom.cdx.json"
TABLE = tomllib.loads((HERE / "licences.toml").read_text("utf-8"))
_LICENCE_FILE = re.compile(r"(?i)\.dist-info/(licenses/)?.*(licen[cs]e|copying|notice|copyright)[^/]*$")
_RULE = "=" * 100


def locked() -> dict[str, str]:
    """Package → version of the lock."""
    return dict(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", (ROOT / "packaging/setup/requirements.txt").read_text("utf-8")))


def shipped() -> dict[str, str]:
    """The packages of `locked` that the program needs on any system, without those of the build only.

    The lock states in comments below the hashes which packages require a package.
    """
    needed_by: dict[str, list[str]] = {}
    package = ""
    for line in (ROOT / "packaging/setup/requirements.txt").read_text("utf-8").splitlines():
        if match := re.match(r"([a-z0-9-]+)==", line):
            package = match[1]
            needed_by[package] = []
        elif match := re.match(r"    #(?: via|  ) ([a-z].*)", line):
            needed_by[package].append(match[1].strip())
    wanted = {"flux-desktop (pyproject.toml)"}
    while more := {name for name, parents in needed_by.items() if wanted & set(parents)} - wanted:
        wanted |= more
    return {name: version for name, version in sorted(locked().items()) if name in wanted}


def top_level_modules(package: str) -> set[str]:
    """The import names of an installed package."""
    files = metadata.files(package) or []
    return {file.parts[0].split(".")[0] for file in files if not file.parts[0].endswith((".dist-info", ".data", ".."))}


def licence_texts(name: str) -> Iterator[tuple[str, str]]:
    """Names and texts of a package's licence files; none if it is not installed on this system."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return
    for file in sorted(files, key=str):
        if _LICENCE_FILE.search(file.as_posix()):
            text = Path(str(file.locate())).read_text("utf-8", "replace")
            yield file.name, "\n".join(line.rstrip() for line in text.strip().splitlines())


def licence_list() -> str:
    """The whole list: a table, then every text once with the packages that it applies to."""
    packages = shipped()
    rows = [(name, version, TABLE["packages"][name]) for name, version in packages.items()]
    rows += [(name, "", licence) for name, licence in TABLE["beside"].items()]
    lines = [
        f"Third-party software in flux-desktop {__version__}",
        "",
        "flux-desktop itself is under the MIT licence. It contains, or needs, the following parts. Qt, Qt for",
        "Python, libsndfile and soxr are used under the LGPL: they are separate shared libraries, which you may",
        "replace by your own.",
        "",
        *(f"{name:46} {version:16} {licence}".rstrip() for name, version, licence in rows),
        "",
    ]
    owners: dict[str, list[str]] = {}
    for name in packages:
        for _, text in licence_texts(name):
            owners.setdefault(text, []).append(name)
    for path in sorted((HERE / "licences").glob("*.txt")):
        owners.setdefault(path.read_text("utf-8").strip(), []).append(f"all that are under {path.stem}")
    for text, names in owners.items():
        lines += [_RULE, ", ".join(dict.fromkeys(names)), _RULE, "", text, ""]
    return "\n".join(lines)


def bill(further_parts: Iterable[Component] = ()) -> str:
    """The bill of materials; `further_parts` are those that a frozen folder takes from the build system."""
    licences = LicenseFactory()
    root = Component(
        name="flux-desktop",
        version=__version__,
        type=ComponentType.APPLICATION,
        licenses=[licences.make_from_string("MIT")],
        bom_ref="flux-desktop",
    )
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"flux-desktop {__version__}"))
    bom.metadata.component = root
    bom.metadata.timestamp = None  # type: ignore[assignment]  # two builds are to be the same
    parts = []
    for name, version in shipped().items():
        purl = PackageURL("pypi", name=name, version=version)
        licence = licences.make_from_string(TABLE["packages"][name])
        parts.append(Component(name=name, version=version, purl=purl, licenses=[licence], bom_ref=str(purl)))
    for name, licence_id in TABLE["beside"].items():
        parts.append(Component(name=name, licenses=[licences.make_from_string(licence_id)], bom_ref=name))
    parts += further_parts
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def main() -> int:
    """Renew the notices; returns the exit code."""
    NOTICES.mkdir(exist_ok=True)
    (NOTICES / LIST).write_text(licence_list(), "utf-8")
    (NOTICES / BILL).write_text(bill(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
