"""Renders the window's main states into resources/screenshots/, from real runs on the built-in endpoint.

Usage: python packaging/make_screenshots.py [NAME …]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "screenshots"
STATES = {
    "running-dark": ["--demo", "--theme", "dark"],
    "running-light": ["--demo", "--theme", "light"],
}


def main() -> int:
    """Make the pictures named on the command line, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or STATES:
        picture = FOLDER / f"{name}.png"
        code = (
            "import sys; from flux_desktop.ui.app import parser; from flux_desktop.ui.launch import run_off_screen; "
            "sys.exit(run_off_screen(parser().parse_args(sys.argv[1:])))"
        )
        command = [sys.executable, "-c", code, *STATES[name], "--screenshot", str(picture)]
        done = subprocess.run(command, env=_off_screen(), capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
            return done.returncode
        print(picture)
    return 0


def _off_screen() -> dict[str, str]:
    import os

    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


if __name__ == "__main__":
    sys.exit(main())
