"""What the tests of the package share: the folder, a home of its own for each process, and a virtual X server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder that make package has built."""
    built = ROOT / "dist/flux-desktop"
    assert built.is_dir(), "build it first: make package"
    return built


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """As on a machine that has no Python and where nobody has used the program yet."""
    (tmp_path / "home").mkdir()
    return {
        "HOME": str(tmp_path / "home"),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
    }


@pytest.fixture
def display() -> Iterator[str]:
    """The name of an X display that lives as long as the test."""
    if shutil.which("Xvfb") is None:
        pytest.skip("this system has no Xvfb")
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writes], stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with os.fdopen(reads) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)
