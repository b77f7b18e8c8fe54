"""A home folder for processes without HOME and without an entry in /etc/passwd."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.base.home import ensure_home
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="HOME is a POSIX variable")


@pytest.fixture
def unknown_user(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_a_home_that_is_set_stays() -> None:
    environ = {"HOME": "/somewhere"}
    assert ensure_home(environ) is None
    assert environ == {"HOME": "/somewhere"}


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}])
def test_the_user_s_own_folder_is_taken(environ: dict[str, str]) -> None:
    assert ensure_home(environ) is None
    assert environ["HOME"] == pwd.getpwuid(os.getuid()).pw_dir


@pytest.mark.usefixtures("unknown_user")
def test_an_unknown_user_gets_a_private_folder_and_is_told(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    note = ensure_home(environ, tmp_path)
    home = Path(environ["HOME"])
    assert home.parent == tmp_path
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert note is not None
    assert str(home) in note
    again: dict[str, str] = {}
    ensure_home(again, tmp_path)
    assert again == environ


@pytest.mark.usefixtures("unknown_user")
def test_a_folder_that_somebody_else_prepared_is_not_used(tmp_path: Path) -> None:
    foreign_link = tmp_path / f"flux-desktop-{os.getuid()}"
    (tmp_path / "elsewhere").mkdir()
    foreign_link.symlink_to(tmp_path / "elsewhere")
    environ: dict[str, str] = {}
    ensure_home(environ, tmp_path)
    assert Path(environ["HOME"]) != foreign_link
    assert not Path(environ["HOME"]).is_symlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user without an entry in /etc/passwd")
def test_the_command_line_says_so_and_leaves_nothing_in_the_working_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "LANG": "C.UTF-8"}
    script = (
        "import os, sys; os.setgid(54321); os.setuid(54321)\n"
        "from flux_desktop.cli.main import main\n"
        "sys.exit(main(['list-endpoints', '--endpoint-url', 'https://127.0.0.1:9']))"
    )
    # Modules are imported first: the interpreter may lie in root's folder, which the other user cannot read.
    loaded = "import flux_desktop.cli.main, flux_desktop.cli.list_endpoints, boto3, botocore.credentials\n"
    done = subprocess.run(
        [sys.executable, "-c", loaded + script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "There is no home folder: HOME is not set." in done.stderr, done.stderr
    assert not (tmp_path / "~").exists()
