"""Builds the packages for users: the folder dist/flux-desktop, and from it the archive and packages of this system.

Usage: python packaging/bundle/make_package.py [--folder-only] [--dist FOLDER]

Two builds of the same sources on the same system are identical, except for the files in MAY_DIFFER: hash seeds are
fixed, and all times are that of the newest commit.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "packaging/content"))  # a script, not a package

import debian  # noqa: E402
import folder_notices  # noqa: E402
import shared_objects  # noqa: E402
import system_libraries  # noqa: E402

from flux_desktop import __version__  # noqa: E402

DIST, BUILD = ROOT / "dist", ROOT / "build"
MAY_DIFFER: tuple[str, ...] = ()
"""Files of the folder that may differ between two builds; a test builds twice and compares."""
HAND_OVER = """flux-desktop {version}

Nothing has to be installed. Start the program flux-desktop in this folder; “flux-desktop --demo” shows a run
immediately, without an AWS account.

To check that everything works on this machine:    flux-stress self-test

On Linux without a desktop, system libraries may be missing; the self-test names the first one, and the .deb package
installs all of them. The licence of the program is in LICENSE, those of its parts under Help → About.
"""


def commit_epoch_s() -> int:
    """The time of the newest commit, or of the changelog if there is no repository."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    command = ["git", "-c", f"safe.directory={ROOT}", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else int((ROOT / "CHANGELOG.md").stat().st_mtime)


def freeze(folder: Path, epoch_s: int) -> None:
    """Run PyInstaller and complete the folder."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch_s), "PYTHONHASHSEED": "0"}
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--clean"]
    places = ["--distpath", str(folder.parent), "--workpath", str(BUILD / "pyinstaller")]
    spec = str(ROOT / "packaging/bundle/flux_desktop.spec")
    done = subprocess.run([*command, *places, spec], env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)  # it has said why
    for library in folder.rglob("base_library.zip"):
        sort_members(library)
    if sys.platform.startswith("linux"):
        leave_out_unneeded(folder)
        strip(folder)
        share_one_file(folder)
    folder_notices.complete(folder)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "README.txt").write_text(HAND_OVER.format(version=__version__), "utf-8")


def sort_members(path: Path) -> None:
    """Write a ZIP file again in the order of its members' names: PyInstaller's varies from build to build."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in sorted(file.namelist())}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), data)


def leave_out_unneeded(folder: Path) -> None:
    """Remove libraries of the build system that only other removed files needed."""
    objects = shared_objects.of(folder)
    system = {library.path for library in system_libraries.of(folder)}
    while True:
        needed = {name for each in objects for name in each.needed}
        unneeded = {each.path for each in objects if each.path in system and each.path.name not in needed}
        if not unneeded:
            break
        for path in unneeded:
            (folder / path).unlink()
        objects = [each for each in objects if each.path not in unneeded]
    for path in list(folder.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def strip(folder: Path) -> None:
    """Remove debug information. Libraries that come with a wheel are left unchanged."""
    objects = [folder / each.path for each in shared_objects.of(folder) if each.path.parts[0] == "_internal"]
    own = [str(path) for path in objects if not path.parent.name.endswith(".libs")]
    subprocess.run(["strip", "--strip-unneeded", *own], check=True)


def share_one_file(folder: Path) -> None:
    """Make one file of the two programs, which differ in their names only."""
    first, second = folder / "flux-desktop", folder / "flux-stress"
    if first.read_bytes() == second.read_bytes():
        second.unlink()
        second.hardlink_to(first)


def archive(folder: Path, epoch_s: int) -> Path:
    """Pack the folder in the format usual on this system; returns the path of the archive."""
    name = f"flux-desktop-{__version__}-{platform.system().lower()}-{platform.machine().lower()}"
    dist = folder.parent
    source = dist / "flux-desktop.app" if sys.platform == "darwin" else folder
    if sys.platform == "win32":
        packed = dist / f"{name}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for path in _members(source):
                file.write(path, path.relative_to(dist))
        return packed
    packed = dist / f"{name}.tar.gz"
    with (
        packed.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=epoch_s) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as file,
    ):
        for path in _members(source):
            file.add(path, path.relative_to(dist).as_posix(), recursive=False, filter=_anonymous(epoch_s))
    return packed


def _members(source: Path) -> Iterator[Path]:
    yield source
    yield from sorted(source.rglob("*"))


def _anonymous(epoch_s: int):  # type: ignore[no-untyped-def]
    def change(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = epoch_s
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    return change


def size_mb(path: Path) -> float:
    """Size of a file, or of all files in a folder, in millions of bytes."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if not each.is_symlink() and each.is_file()]
    sizes = {(each.stat().st_dev, each.stat().st_ino): each.stat().st_size for each in files}  # one file, two names
    return sum(sizes.values()) / 1e6


def main() -> int:
    """Build; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder-only", action="store_true", help="build neither archive nor packages")
    parser.add_argument("--dist", type=Path, default=DIST, metavar="FOLDER", help="output folder (default: dist)")
    options = parser.parse_args()
    epoch_s = commit_epoch_s()
    folder = options.dist.resolve() / "flux-desktop"
    freeze(folder, epoch_s)
    outputs = [folder]
    if not options.folder_only:
        outputs.append(archive(folder, epoch_s))
        if shutil.which("dpkg-deb"):
            outputs.append(debian.make(folder, __version__, epoch_s, BUILD))
    for path in outputs:
        print(f"{os.path.relpath(path, ROOT)}: {size_mb(path):.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
