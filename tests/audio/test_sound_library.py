"""libsndfile stays loaded until the process has ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE_S

LOADER_SAYS = "destroying link map"


@pytest.mark.skipif(sys.platform != "linux", reason="only this loader tells what it unloads")
@pytest.mark.parametrize(("module", "unloads"), [("soundfile", True), ("flux_desktop.audio.sound_library", False)])
def test_the_library_is_not_unloaded_under_a_thread_that_decodes(module: str, unloads: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env=os.environ | {"LD_DEBUG": "files"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    closed = [line for line in done.stderr.splitlines() if LOADER_SAYS in line and "sndfile" in line]
    assert bool(closed) == unloads
