"""packaging/setup/bootstrap.sh on other systems than Debian, each simulated by replacements of its tools."""

from __future__ import annotations

import pytest

from tests.repository.machine import NOTE, Machine


@pytest.fixture
def fedora(machine: Machine) -> Machine:
    """Lacks portaudio-devel."""
    machine.remove("apt-get", "dpkg-query")
    machine.install("dnf", NOTE)
    machine.install("rpm", '[ "$4" != portaudio-devel ]')
    return machine


@pytest.fixture
def mac(machine: Machine) -> Machine:
    """Lacks portaudio."""
    machine.remove("apt-get", "dpkg-query", "uname")
    machine.install("uname", "echo Darwin")
    machine.install("xcode-select", "exit 0")
    machine.install("brew", f'{NOTE}case "$1" in --prefix) echo "$MACHINE/brew" ;; esac')
    return machine


def test_fedora_installs_with_dnf(fedora: Machine) -> None:
    done = fedora.bootstrap()
    assert done.returncode == 0, done.stderr
    install, *rest = fedora.calls()
    assert install == "dnf install -y -q --setopt=install_weak_deps=False portaudio-devel"
    assert [call.split(" -q")[0] for call in rest] == ["uv venv", "uv pip sync", "uv pip install"]


def test_fedora_without_a_python_installs_one(fedora: Machine) -> None:
    fedora.install("python3", "exit 127")
    fedora.install("rpm", '[ "$4" != python3.13 ]')
    fedora.bootstrap()
    assert fedora.calls()[0].endswith(" python3.13")


def test_mac_installs_with_homebrew(mac: Machine) -> None:
    done = mac.bootstrap()
    assert done.returncode == 0, done.stderr
    assert "brew install -q portaudio" in mac.calls()
    (mac.folder / "brew/opt/portaudio").mkdir(parents=True)
    again = mac.bootstrap()
    assert (again.returncode, again.stderr) == (0, "")
    assert mac.calls() == ["brew --prefix"]


def test_mac_without_homebrew_or_compiler_says_so(mac: Machine) -> None:
    mac.install("xcode-select", "exit 2")
    assert "    xcode-select --install" in mac.bootstrap().stderr
    mac.install("xcode-select", "exit 0")
    mac.remove("brew")
    stopped = mac.bootstrap()
    assert stopped.returncode == 1
    assert "Homebrew is missing" in stopped.stderr


def test_an_unknown_system_is_told_once_and_tried(machine: Machine) -> None:
    machine.remove("apt-get", "dpkg-query")
    first = machine.bootstrap()
    assert first.returncode == 0
    assert "its packages are left to you" in first.stderr
    assert machine.bootstrap().stderr == ""
