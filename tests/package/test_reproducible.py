"""Two builds of the same sources on the same system are the same, but for what is listed."""

from __future__ import annotations

import filecmp
import subprocess
import sys
from pathlib import Path

import pytest
from make_package import MAY_DIFFER

pytestmark = pytest.mark.package
ROOT = Path(__file__).parents[2]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def test_a_second_build_is_the_same(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "packaging/bundle/make_package.py"), "--folder-only", "--dist", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    again = tmp_path / "flux-desktop"
    names = files(folder)
    assert files(again) == names
    _, different, unreadable = filecmp.cmpfiles(folder, again, sorted(names), shallow=False)
    assert not unreadable
    assert set(different) <= set(MAY_DIFFER), sorted(set(different) - set(MAY_DIFFER))
