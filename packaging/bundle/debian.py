"""Builds the Debian package from the frozen folder.

Libraries that come from Debian packages are left out: the package depends on those instead, so that it receives
Debian's security updates.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import shared_objects
import system_libraries

ROOT = Path(__file__).resolve().parents[2]
OPENED = (
    "ca-certificates",
    "fontconfig-config",
    "fonts-dejavu-core | fonts-liberation",
)
"""Needed at run time, although nothing in the folder links them."""
DESCRIPTION = """try, tune and load-test Deepgram Flux speech recognition
 A desktop application and the command line flux-stress to try, tune,
 load-test and demonstrate Deepgram Flux on Amazon SageMaker endpoints. A Flux
 endpoint with speech recognition is built in, so that no AWS account is
 needed to start."""


def dependencies(folder: Path) -> list[str]:
    """The Debian packages that contain what a folder links but does not contain, with the oldest sufficient libc."""
    objects = shared_objects.of(folder)
    present = {path.name for path in folder.rglob("*")}
    linked = system_libraries.packages_of({name for each in objects for name in each.needed} - present)
    newest = max(each.glibc for each in objects)
    return [f"libc6 (>= {'.'.join(map(str, newest))})", *sorted(({*linked} | {*OPENED}) - {"libc6"})]


def make(folder: Path, version: str, epoch_s: int, build: Path) -> Path:
    """Build the package beside the folder; returns its path."""
    architecture = _output("dpkg", "--print-architecture")
    tree = build / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "usr/lib/flux-desktop"
    shutil.copytree(folder, program, symlinks=True)
    (program / "flux-stress").unlink()
    (program / "flux-stress").hardlink_to(program / "flux-desktop")
    for library in system_libraries.of(folder):
        (program / library.path).unlink()
    for path in list(program.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()
    _place_in_desktop(tree)
    installed_kb = sum({path.lstat().st_ino: path.lstat().st_size for path in tree.rglob("*")}.values()) // 1024
    control = {
        "Package": "flux-desktop",
        "Version": version,
        "Architecture": architecture,
        "Maintainer": "The flux-desktop developers <flux-desktop@localhost>",
        "Section": "sound",
        "Priority": "optional",
        "Installed-Size": str(installed_kb),
        "Depends": ", ".join(dependencies(program)),
        "Recommends": "libasound2-plugins",
        "Description": DESCRIPTION,
    }
    (tree / "DEBIAN").mkdir()
    lines = "".join(f"{name}: {value}\n" for name, value in control.items())
    (tree / "DEBIAN/control").write_text(lines, "utf-8")
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (epoch_s, epoch_s), follow_symlinks=False)
    package = folder.parent / f"flux-desktop_{version}_{architecture}.deb"
    command = [
        "dpkg-deb",
        "--root-owner-group",
        "-Zzstd",
        "-z12",
        "--threads-max=1",
        "--build",
        str(tree),
        str(package),
    ]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch_s)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return package


def _place_in_desktop(tree: Path) -> None:
    """Add the commands, the menu entry with its icons, and the documents that Debian requires."""
    share, commands, documents = tree / "usr/share", tree / "usr/bin", tree / "usr/share/doc/flux-desktop"
    for place in (share / "applications", commands, documents):
        place.mkdir(parents=True)
    for name in ("flux-desktop", "flux-stress"):
        (commands / name).symlink_to(f"../lib/flux-desktop/{name}")
    shutil.copy(ROOT / "packaging/bundle/linux/flux-desktop.desktop", share / "applications")
    icons = {"scalable": ROOT / "resources/icons/flux-desktop.svg"}
    icons |= {f"{path.stem}x{path.stem}": path for path in (ROOT / "packaging/bundle/linux/icons").glob("*.png")}
    for size, path in icons.items():
        place = share / f"icons/hicolor/{size}/apps/flux-desktop{path.suffix}"
        place.parent.mkdir(parents=True)
        shutil.copy(path, place)
    notices = ROOT / "resources/notices/third-party-licences.txt"
    (documents / "copyright").write_text(f"{(ROOT / 'LICENSE').read_text()}\n\n{notices.read_text('utf-8')}", "utf-8")
    (documents / "changelog.gz").write_bytes(gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), mtime=0))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
