"""The window started from the folder, on a screen, hears in the demo what the checkout's hears."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flux_desktop.engine.recording.session_folder import has_recording, read_session
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import Verdict

pytestmark = pytest.mark.package
DEMO_LIMIT_S = 120.0


class Demo:
    """One window with the demo running, in a home of its own."""

    def __init__(self, command: list[str], home: Path, environment: dict[str, str]) -> None:
        home.mkdir()
        self._sessions = home / ".local/share/flux-desktop/sessions"
        self._process = subprocess.Popen(
            [*command, "--demo"],
            env=environment | {"HOME": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> RunEnded | None:
        """The run's last word, None while it goes on."""
        assert self._process.poll() is None, self._process.communicate()[1]
        folders = list(self._sessions.glob("*")) if self._sessions.is_dir() else []
        events = read_session(folders[0]) if folders and has_recording(folders[0]) else iter(())
        return next((event for event in events if isinstance(event, RunEnded)), None)

    def transcript(self) -> dict[int, list[str]]:
        """The final texts of each connection."""
        (folder,) = self._sessions.iterdir()
        events = read_session(folder)
        return {event.summary.conn: event.summary.final_texts for event in events if isinstance(event, ConnectionEnded)}

    def close(self) -> int:
        """Close the window as the system would; returns the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.communicate(timeout=15)
        finally:
            self._process.kill()
            self._process.communicate()
        return self._process.returncode


def test_the_folder_hears_what_the_checkout_hears(
    folder: Path, clean_environment: dict[str, str], display: str, tmp_path: Path
) -> None:
    environment = clean_environment | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    commands = {
        "folder": [str(folder / "flux-desktop")],
        "checkout": [sys.executable, "-m", "flux_desktop.ui.app.app"],
    }
    demos = {name: Demo(command, tmp_path / name, environment) for name, command in commands.items()}
    codes = {}
    try:
        deadline_s = time.monotonic() + DEMO_LIMIT_S
        while not all(ends := {name: demo.ended() for name, demo in demos.items()}.values()):
            assert time.monotonic() < deadline_s, "the demo did not come to its end"
            time.sleep(0.5)
    finally:
        codes = {name: demo.close() for name, demo in demos.items()}
    transcripts = {name: demo.transcript() for name, demo in demos.items()}
    print("\n".join(transcripts["folder"][1]))
    assert [end.verdict for end in ends if end] == [Verdict.DONE, Verdict.DONE]
    assert transcripts["folder"] == transcripts["checkout"]
    assert len(transcripts["folder"][1]) == 5
    assert codes == {"folder": 0, "checkout": 0}
