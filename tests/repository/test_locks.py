"""The lock files: every package pinned with hashes, no address named, and all that pyproject.toml asks for in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-cluster.txt")
NOT_IN_A_CONTAINER = {"pyaudio", "pyqtgraph", "pyside6-essentials", "qasync", "shiboken6"}


def entries(name: str) -> list[str]:
    """A lock file's requirements, each as one line without comments."""
    text = (ROOT / "packaging/setup" / name).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(name: str) -> dict[str, Version]:
    """Package → version. A package may stand there once only: one version for all systems and Pythons."""
    versions: dict[str, Version] = {}
    for line in entries(name):
        match = re.match(r"([a-z0-9-]+)==(\S+)", line)
        assert match, line
        assert match[1] not in versions, match[1]
        versions[match[1]] = Version(match[2])
    return versions


def declared(*groups: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = list(project["project"]["dependencies"])
    for group in groups:
        lines += [line for line in project["dependency-groups"][group] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_version_and_hashes(name: str) -> None:
    assert len(entries(name)) > 20
    for line in entries(name):
        assert re.match(r"[a-z0-9-]+==\S+ (; \S.*)?(\s*--hash=sha256:[0-9a-f]{64})+\s*$", line), line


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_place(name: str) -> None:
    text = (ROOT / "packaging/setup" / name).read_text("utf-8")
    assert not re.findall(r"://|file:|--index|--extra|--find|--trusted|\s@\s|^-e|py" + "pi", text, re.MULTILINE)


@pytest.mark.parametrize(("name", "groups"), [(LOCKS[0], ("build",)), (LOCKS[1], ("build", "dev"))])
def test_the_lock_covers_what_the_project_declares(name: str, groups: tuple[str, ...]) -> None:
    locked = pins(name)
    for requirement in declared(*groups):
        package = canonicalize_name(requirement.name)
        assert package in locked, f"{package} is not in {name}: run make lock"
        assert locked[package] in requirement.specifier, f"{requirement} is not what {name} holds: run make lock"


def test_developers_run_what_users_run() -> None:
    running, developing, containers = (pins(name) for name in LOCKS)
    assert running.items() <= developing.items()
    assert containers.items() <= developing.items(), "a cluster refuses machines with another SDK"


def test_a_container_has_all_but_the_window_and_the_microphone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extra = [Requirement(line).name for line in project["project"]["optional-dependencies"]["cluster"]]
    wanted = {*pins(LOCKS[0]), *extra}
    assert wanted - set(pins(LOCKS[2])) == NOT_IN_A_CONTAINER
