"""The Debian package: what it depends on, and what it lays where."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flux_desktop import __version__

pytestmark = [
    pytest.mark.package,
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="this system makes no Debian packages"),
]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def deb() -> Path:
    (package,) = (ROOT / "dist").glob(f"flux-desktop_{__version__}_*.deb")
    return package


def field(deb: Path, name: str) -> str:
    command = ["dpkg-deb", "-f", str(deb), name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_it_depends_on_what_a_window_needs_and_on_no_python(deb: Path) -> None:
    names = {alternative.split()[0] for part in field(deb, "Depends").split(", ") for alternative in part.split(" | ")}
    assert {"libc6", "libxcb-cursor0", "libegl1", "libgl1", "libportaudio2", "ca-certificates"} <= names
    assert not [name for name in names if name.startswith("python")]


def test_it_asks_for_no_newer_c_library_than_debian_12_has(deb: Path) -> None:
    (asked,) = re.findall(r"libc6 \(>= ([\d.]+)\)", field(deb, "Depends"))
    assert tuple(map(int, asked.split("."))) <= (2, 36)


def test_it_lays_what_a_desktop_looks_for(deb: Path) -> None:
    listing = subprocess.run(["dpkg-deb", "-c", str(deb)], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=5) for line in listing.splitlines()]
    paths = {row[5].split(" -> ")[0].split(" link to ")[0].removeprefix(".") for row in rows}
    for path in (
        "/usr/share/applications/flux-desktop.desktop",
        "/usr/share/doc/flux-desktop/copyright",
        "/usr/share/icons/hicolor/scalable/apps/flux-desktop.svg",
        "/usr/share/icons/hicolor/48x48/apps/flux-desktop.png",
        "/usr/lib/flux-desktop/_internal/flux_desktop/_resources/notices/sbom.cdx.json",
    ):
        assert path in paths
    assert {row[5] for row in rows if row[5].startswith("./usr/bin/f")} == {
        "./usr/bin/flux-desktop -> ../lib/flux-desktop/flux-desktop",
        "./usr/bin/flux-stress -> ../lib/flux-desktop/flux-stress",
    }
    assert {row[1] for row in rows} == {"root/root"}
    assert not [path for path in paths if re.search(r"/_internal/lib(xcb-cursor|ssl|z)\.so", path)], "Debian has these"
