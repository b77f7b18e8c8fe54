"""The tree as it is tracked: nothing of a developer's machine in it, and the layout that the project has agreed on."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file is not its own finding.
MACHINE_TRACES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/wo" + "rk/",
            r"(?<![\w.])/ro" + "ot/",
            r"(?<![\w.])/ho" + r"me/\w",
            r"(?<![\w.])/Us" + r"ers/\w",
            "py" + r"pi\.org",
            "python" + "hosted",
            "127.0.0.1" + "/simple",
        ]
    )
)
MAX_MODULE_LINES = 400


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Tracked files that exist; where there is no repository (an unpacked archive) there is nothing to ask."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    paths = [Path(name) for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def test_no_file_names_a_machine(tracked: list[Path]) -> None:
    traces = []
    for path in tracked:
        content = (ROOT / path).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if MACHINE_TRACES.search(line):
                traces.append(f"{path}:{number}: {line.strip()[:120]}")
    assert not traces, "\n".join(traces)


def test_what_must_not_be_tracked_is_not(tracked: list[Path]) -> None:
    names = {path.name for path in tracked}
    assert not names & {"uv.lock", ".python-version", ".DS_Store", "credentials"}
    assert not [path for path in tracked if {"__pycache__", ".venv", ".tools", "dist", "build"} & set(path.parts)]


def test_the_top_level_is_the_agreed_one(tracked: list[Path]) -> None:
    folders = {path.parts[0] for path in tracked if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert folders <= {"flux_desktop", "resources", "tests", "packaging", "docs"}
    files = {path.name for path in tracked if len(path.parts) == 1 and not path.name.startswith(".")}
    assert files == {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "pyproject.toml"}


def test_packaging_does_not_hide_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging/__init__.py").exists()


def test_scripts_can_be_run() -> None:
    for name in (
        "packaging/setup/bootstrap.sh",
        "packaging/setup/lock.sh",
        "packaging/setup/run_tests.sh",
        "packaging/bundle/smoke.sh",
        ".ci/run",
    ):
        path = ROOT / name
        assert path.stat().st_mode & 0o111, f"{name} is not executable"
        subprocess.run(["bash", "-n", path], check=True)


def test_no_module_has_outgrown_its_job(tracked: list[Path]) -> None:
    modules = [path for path in tracked if path.suffix == ".py" and path.parts[0] == "flux_desktop"]
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules}
    long = {str(path): lines for path, lines in lengths.items() if lines > MAX_MODULE_LINES}
    assert not long, f"split these: {long}"
