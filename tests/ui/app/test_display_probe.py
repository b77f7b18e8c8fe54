"""A display that cannot be used is one sentence and an exit status, never an abort of the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.ui.app import display_probe
from flux_desktop.ui.app.display_probe import DisplayProbe, reason_in
from tests.waiting import PATIENCE_S

PROGRAM = [sys.executable, "-m", "flux_desktop.ui.app.app"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays have names on Linux only")


def environment(**values: str) -> dict[str, str]:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in names} | values


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"DISPLAY": ":4321"}, "could not connect to display :4321"),
        ({"DISPLAY": "nonsense"}, "could not connect to display nonsense"),
        ({"DISPLAY": ":4321", "QT_QPA_PLATFORM": "no-such"}, 'Could not find the Qt platform plugin "no-such"'),
        ({}, "no display is set"),
    ],
)
def test_a_display_that_cannot_be_used_is_one_sentence(values: dict[str, str], part: str) -> None:
    done = subprocess.run(
        PROGRAM, env=environment(**values), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"flux-desktop: The window cannot be shown: {part}")


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="this system has no Xvfb")
def test_a_screen_that_qt_cannot_paint_on_is_one_sentence() -> None:
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "640x480x8", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writes], stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with open(reads) as name:
            display = f":{name.readline().strip()}"
        done = subprocess.run(
            PROGRAM, env=environment(DISPLAY=display), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    finally:
        server.terminate()
        server.wait()
    part = "the screen has only 256 colours, and Qt needs 32,768. “flux-desktop --demo” runs without a display.\n"
    assert (done.returncode, done.stderr) == (2, f"flux-desktop: The window cannot be shown: {part}")


def test_a_platform_without_a_display_is_not_probed() -> None:
    probe = DisplayProbe({"QT_QPA_PLATFORM": "offscreen"})
    probe.start()
    assert probe.reason() is None


def test_a_display_that_does_not_respond_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(display_probe, "ANSWER_MAX_S", 0.2)
    monkeypatch.setattr(display_probe.program, "command", lambda _: ["sleep", "60"])
    probe = DisplayProbe(os.environ | {"QT_QPA_PLATFORM": "xcb"})
    probe.start()
    assert probe.reason() == "the display did not respond within 0 s"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "qt.qpa.xcb: could not connect to display :9\nqt.qpa.plugin: Could not load the Qt platform plugin",
            "could not connect to display :9",
        ),
        (
            "qt.qpa.plugin: From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin.\n"
            'qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "" even though it was found.',
            "xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin",
        ),
        (
            "Traceback:\nImportError: libEGL.so.1: cannot open shared object file: No such file or directory\n",
            "libEGL.so.1: cannot open shared object file: No such file or directory",
        ),
        ("Something else.\n", "Something else"),
        ("", "Qt ended without a message"),
    ],
)
def test_the_reason_is_found_in_what_qt_writes(output: str, reason: str) -> None:
    assert reason_in(output) == reason
