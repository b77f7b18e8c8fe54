"""The Makefile's targets, and what packaging/setup/run_tests.sh makes of pytest's verdicts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*arguments: str) -> list[str]:
    """What make prints, started as from a shell: the make that runs these tests hands its own arguments down."""
    inherited = ("ARGS", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in inherited}
    done = subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def planned(*arguments: str) -> list[str]:
    """The commands that make would run."""
    return [line.strip() for line in make("-n", *arguments)]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], ".venv/bin/flux-desktop --demo"),
        (["ARGS=--theme dark"], ".venv/bin/flux-desktop --theme dark"),
        (["ARGS="], ".venv/bin/flux-desktop"),
    ],
)
def test_run_shows_the_demo_unless_told_otherwise(arguments: list[str], command: str) -> None:
    assert planned("run", *arguments) == ["packaging/setup/bootstrap.sh", command]


def test_every_target_is_listed_and_sets_itself_up() -> None:
    help_text = "\n".join(make())
    targets = "run test faults lint format bench kills fuzz package smoke lock notices"
    for target in targets.split():
        assert f"  make {target} " in help_text
    for target in ("test", "faults", "lint", "format", "package", "smoke", "notices"):
        assert planned(target)[0] == "packaging/setup/bootstrap.sh --test"


@pytest.mark.parametrize(
    ("off_screen", "in_window", "expected"),
    [(0, 0, 0), (0, 5, 0), (5, 0, 0), (5, 5, 5), (1, 0, 1), (0, 1, 1), (2, 0, 2)],
)
def test_both_parts_decide(tmp_path: Path, off_screen: int, in_window: int, expected: int) -> None:
    (tmp_path / "packaging/setup").mkdir(parents=True)
    shutil.copy(ROOT / "packaging/setup/run_tests.sh", tmp_path / "packaging/setup")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    marks = "not xvfb and not faults and not package"
    python.write_text(
        f"""#!/bin/sh
        case "$QT_QPA_PLATFORM $*" in
          "offscreen -m pytest -n "[2-9]" --dist worksteal -m {marks} some tests") exit {off_screen} ;;
          "xcb -m pytest -m xvfb some tests") exit {in_window} ;;
        esac
        exit 99
        """
    )
    python.chmod(0o755)
    stand_in = tmp_path / "bin/xvfb-run"
    stand_in.parent.mkdir()
    stand_in.write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [tmp_path / "packaging/setup/run_tests.sh", "some", "tests"],
        env={"PATH": f"{stand_in.parent}:/usr/bin:/bin"},
        check=False,
        capture_output=True,
    )
    assert done.returncode == expected
