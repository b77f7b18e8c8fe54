"""Whether Qt can show a window on this display, tried in a child process: Qt aborts a process in which it cannot.

``python -m flux_desktop.ui.app.display_probe`` is the child: it connects to the display and exits with 0.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping

from flux_desktop.base import program
from flux_desktop.base.child_environment import child_environment

MODULE = "flux_desktop.ui.app.display_probe"
ANSWER_MAX_S = 10.0
_WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
_DEPTH_MIN = 15
"""Bits of a colour: with fewer, Qt paints nothing, and says so for each stroke."""
_REASONS = (
    r"the screen has only \d+ colours, and Qt needs 32,768",
    r"could not connect to display.*",
    r"Failed to create wl_display.*",
    r"\S+ or \S+ is needed to load the Qt xcb platform plugin",
    r"lib\S+: cannot open shared object file.*",
    r"Could not find the Qt platform plugin \"[^\"]*\"",
    r"Could not load the Qt platform plugin \"[^\"]*\"",
)


class DisplayProbe:
    """One attempt, which runs while the caller goes on: the child needs about as long as importing the window."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the child; not for platforms that need no display."""
        if self._environ.get("QT_QPA_PLATFORM", "").startswith(_WITHOUT_DISPLAY):
            return
        try:
            self._process = subprocess.Popen(
                program.command(MODULE),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=child_environment(self._environ),
                text=True,
                errors="replace",
            )
        except OSError:  # then the window itself is the attempt
            return

    def reason(self) -> str | None:
        """Why no window can be shown, or None; waits at most `ANSWER_MAX_S` for the child."""
        if self._process is None:
            return None
        with self._process as process:
            try:
                _, output = process.communicate(timeout=ANSWER_MAX_S)
            except subprocess.TimeoutExpired:
                process.kill()
                return f"the display did not respond within {ANSWER_MAX_S:.0f} s"
        return reason_in(output) if process.returncode else None


def reason_in(output: str) -> str:
    """The reason in what Qt has written, without its prefixes."""
    for pattern in _REASONS:
        if match := re.search(pattern, output):
            return match[0].strip().rstrip(".")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "Qt ended without a message"


def main() -> int:
    """The child."""
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication(["flux-desktop"])
    depth = max((screen.depth() for screen in app.screens()), default=_DEPTH_MIN)
    if depth < _DEPTH_MIN:
        print(f"the screen has only {2**depth} colours, and Qt needs {2**_DEPTH_MIN:,}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
