"""A simulated machine for testing packaging/setup/bootstrap.sh.

The script itself runs; the programs that would change the machine or reach the network (apt-get, uv, sudo) are
stand-ins that note how they were called. Only what is in the machine's folder is on its PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
PLAIN_TOOLS = (
    *("bash", "sh", "basename", "cat", "cksum", "dirname", "echo", "env", "grep"),
    *("ln", "mkdir", "mktemp", "rm", "tail", "touch", "uname", "xargs"),
)
REAL_PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))

NOTE = 'echo "$(basename "$0") $*" >>"$MACHINE/calls"\n'
TOOLS = {
    "apt-get": NOTE + 'case "$*" in *install*) touch "$MACHINE/packages-installed" ;; esac',
    "dpkg-query": """
        # Prints those asked for that are installed: all but portaudio19-dev, and that one after an installation.
        shift 3
        for name in "$@"; do
          case "$name" in
            portaudio19-dev) [ ! -e "$MACHINE/packages-missing" ] || [ -e "$MACHINE/packages-installed" ] || continue ;;
            *t64 | pipewire-pulse) continue ;;
          esac
          echo "$name installed"
        done""",
    "id": 'echo "${MACHINE_USER_ID:-0}"',
    "uv": NOTE
    + """
        case "$1 $2" in
          "--version "*) echo "uv 0.9.1" ;;
          "venv "*) mkdir -p .venv/bin && ln -sf "$4" .venv/bin/python ;;
          "python install") echo "error: no route to the download" && exit 2 ;;
        esac""",
}


@dataclass
class Machine:
    """A folder with a copy of the set-up scripts, a PATH and a home of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    def install(self, name: str, script: str) -> None:
        tool = self.folder / "bin" / name
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)

    def remove(self, *names: str) -> None:
        for name in names:
            (self.folder / "bin" / name).unlink()

    def bootstrap(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.tree / "packaging/setup/bootstrap.sh", *arguments],
            env={
                "PATH": str(self.folder / "bin"),
                "HOME": str(self.folder / "home"),
                "MACHINE": str(self.folder),
                **self.environment,
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def calls(self) -> list[str]:
        """What the stand-ins were asked to do since the last question, but for uv's version."""
        notes = self.folder / "calls"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return [line for line in lines if line != "uv --version"]


def make_machine(folder: Path) -> Machine:
    """A Debian whose system packages are complete, with a working Python and uv, and an empty home."""
    machine = Machine(folder)
    (folder / "bin").mkdir()
    (folder / "home").mkdir()
    shutil.copytree(ROOT / "packaging", machine.tree / "packaging")
    shutil.copy(ROOT / "pyproject.toml", machine.tree)
    for name in PLAIN_TOOLS:
        path = shutil.which(name)
        assert path, name
        (folder / "bin" / name).symlink_to(path)
    for name, script in TOOLS.items():
        machine.install(name, script)
    machine.install("python3", f'exec "{REAL_PYTHON}" "$@"')
    return machine
