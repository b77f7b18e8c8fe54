"""packaging/setup/bootstrap.sh on simulated machines: what it does, what it says, when it stays silent."""

from __future__ import annotations

import pytest

from tests.repository.machine import REAL_PYTHON, Machine


def test_first_run_sets_up_and_the_second_is_silent(machine: Machine) -> None:
    first = machine.bootstrap()
    assert first.returncode == 0, first.stderr
    venv, sync, project = machine.calls()
    assert venv == f"uv venv -q --python {REAL_PYTHON} .venv"
    assert sync.startswith("uv pip sync ")
    assert "--require-hashes" in sync
    assert sync.endswith(" packaging/setup/requirements.txt")
    assert project.startswith("uv pip install ")
    assert project.endswith(" --no-deps --no-build-isolation -e .")

    second = machine.bootstrap()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert machine.calls() == []


def test_setup_downloads_the_speech_model_with_the_uv_that_it_found(machine: Machine) -> None:
    script = (machine.folder / "bin/uv").read_text()
    command = 'echo \'echo "flux-stress $* $FLUX_DESKTOP_UV" >>"$MACHINE/calls"\' >.venv/bin/flux-stress'
    machine.install("uv", f'{script}\ncase "$*" in *"-e ."*) {command}; chmod +x .venv/bin/flux-stress ;; esac')
    machine.install("chmod", 'exec /bin/chmod "$@"')
    done = machine.bootstrap()
    assert (done.returncode, "not available" in done.stderr) == (0, False)
    assert machine.calls()[-1] == f"flux-stress recogniser fetch {machine.folder / 'bin/uv'}"


def test_setup_goes_on_without_the_speech_model_and_says_how_to_download_it_later(machine: Machine) -> None:
    done = machine.bootstrap()  # no program is installed that could download it
    assert done.returncode == 0
    assert "Speech recognition is not available yet; everything else is ready." in done.stderr
    assert "run .venv/bin/flux-stress recogniser fetch." in done.stderr


def test_tests_need_more_and_running_does_not_take_it_away(machine: Machine) -> None:
    machine.bootstrap()
    machine.calls()
    assert machine.bootstrap("--test").returncode == 0
    sync, _ = machine.calls()
    assert sync.endswith(" packaging/setup/requirements-dev.txt")

    again = machine.bootstrap()
    assert (again.returncode, again.stderr, machine.calls()) == (0, "", [])


@pytest.mark.parametrize("changed", ["packaging/setup/requirements.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed(machine: Machine, changed: str) -> None:
    machine.bootstrap()
    machine.calls()
    with (machine.tree / changed).open("a") as file:
        file.write("# changed\n")
    assert machine.bootstrap().returncode == 0
    assert [call.split(" -q")[0] for call in machine.calls()] == ["uv pip sync", "uv pip install"]


def test_a_failed_installation_is_tried_again(machine: Machine) -> None:
    machine.bootstrap()
    (machine.tree / "pyproject.toml").write_text("# changed\n")
    working = (machine.folder / "bin/uv").read_text()
    machine.install("uv", 'case "$1" in --version) echo "uv 0.9.1" ;; *) exit 2 ;; esac')
    failed = machine.bootstrap()
    assert failed.returncode == 1
    assert "Python packages could not be installed" in failed.stderr
    (machine.folder / "bin/uv").write_text(working)
    machine.calls()
    assert machine.bootstrap().returncode == 0
    assert len(machine.calls()) == 2


def test_a_venv_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.bootstrap()
    machine.calls()
    link = machine.tree / ".venv/bin/python"
    link.unlink()
    link.symlink_to(machine.folder / "missing")
    assert machine.bootstrap().returncode == 0
    assert machine.calls()[0].startswith("uv venv ")


def test_root_installs_missing_system_packages(machine: Machine) -> None:
    (machine.folder / "packages-missing").touch()
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    update, install, *_ = machine.calls()
    assert update.startswith("apt-get update")
    assert install.startswith("apt-get install -y ")
    assert install.endswith(" portaudio19-dev")
    assert "Installing system packages: portaudio19-dev." in done.stderr


def test_password_less_sudo_installs(machine: Machine) -> None:
    (machine.folder / "packages-missing").touch()
    machine.environment["MACHINE_USER_ID"] = "1000"
    machine.install("sudo", 'shift; [ "$1" = true ] || exec "$@"')
    assert machine.bootstrap().returncode == 0
    assert machine.calls()[1].startswith("apt-get install ")


def test_others_are_told_the_one_command(machine: Machine) -> None:
    (machine.folder / "packages-missing").touch()
    machine.environment["MACHINE_USER_ID"] = "1000"
    machine.install("sudo", "exit 1")
    stopped = machine.bootstrap()
    assert stopped.returncode == 1
    assert machine.calls() == []
    commands = [line.strip() for line in stopped.stderr.splitlines() if line.startswith("    ")]
    assert len(commands) == 1
    assert commands[0].startswith("sudo sh -c 'apt-get update")
    assert commands[0].endswith(" portaudio19-dev'")


def test_a_shim_that_does_not_run_is_passed_over_for_pyenvs_own(machine: Machine) -> None:
    machine.install("python3", "echo 'pyenv: version is not installed' >&2; exit 127")
    machine.install("python3.12", "exit 127")
    version = machine.folder / "home/.pyenv/versions/3.12.9/bin/python3.12"
    version.parent.mkdir(parents=True)
    version.write_text(f'#!/bin/sh\nexec "{REAL_PYTHON}" "$@"\n')
    version.chmod(0o755)
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert machine.calls()[0] == f"uv venv -q --python {REAL_PYTHON} .venv"


def test_without_a_python_and_without_a_download_it_says_what_to_do(machine: Machine) -> None:
    machine.install("python3", "exit 127")
    stopped = machine.bootstrap()
    assert stopped.returncode == 1
    assert machine.calls() == ["uv python install 3.12"]
    assert "no route to the download" in stopped.stderr
    assert "no Python 3.12 or 3.13" in stopped.stderr
    assert "FLUX_DESKTOP_PYTHON=" in stopped.stderr


def test_a_named_python_that_does_not_serve_is_refused(machine: Machine) -> None:
    machine.environment["FLUX_DESKTOP_PYTHON"] = "/nowhere/python3"
    stopped = machine.bootstrap()
    assert stopped.returncode == 1
    assert "/nowhere/python3, which is not a working Python" in stopped.stderr


def test_wrong_usage_is_told(machine: Machine) -> None:
    wrong = machine.bootstrap("--tset")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("Usage: ")
