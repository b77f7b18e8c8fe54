"""Recording into a FLAC file: nothing is lost at its end, and little when the process is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.flac_writer import FlacWriter
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from tests.waiting import PATIENCE_S

RATE_HZ = 16_000
SOUND = (np.random.default_rng(7).normal(0, 3000, 5 * RATE_HZ)).astype("<i2")
FRAME = RATE_HZ // 50
LOST_MAX_S = 1.0
VICTIM = """
import sys, time
import numpy as np
from pathlib import Path
from flux_desktop.audio.flac_writer import FlacWriter
writer = FlacWriter(Path(sys.argv[1]), 16_000, print)
writer.start()
sound = np.random.default_rng(7).normal(0, 3000, 80_000).astype("<i2")
for at in range(0, len(sound), 320):
    writer.write(sound[at : at + 320].tobytes())
print("written", flush=True)
time.sleep(600)
"""


def decoded(path: Path) -> np.ndarray:
    return np.concatenate([*open_recording(path).blocks()])


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "microphone.flac"
    writer = FlacWriter(path, RATE_HZ, lambda problem: pytest.fail(problem.what))
    writer.start()
    for at in range(0, len(SOUND), FRAME):
        writer.write(SOUND[at : at + FRAME].tobytes())
    writer.close()
    assert np.array_equal(decoded(path), SOUND)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    recording = open_recording(path)
    assert (recording.sample_rate_hz, recording.channels, recording.duration_s) == (RATE_HZ, 1, 5.0)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_process_leaves_all_but_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "microphone.flac"
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, str(path)], stdout=subprocess.PIPE)
    try:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"written\n"
        readable_samples, ends_s = np.empty(0, np.int16), time.monotonic() + PATIENCE_S
        while len(readable_samples) < len(SOUND) - LOST_MAX_S * RATE_HZ:
            assert time.monotonic() < ends_s, f"only {len(readable_samples) / RATE_HZ:.2f} s can be read"
            time.sleep(0.05)
            with contextlib.suppress(ProblemError):  # not begun yet
                readable_samples = decoded(path)
    finally:
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
    after = decoded(path)
    assert len(after) >= len(SOUND) - LOST_MAX_S * RATE_HZ
    assert np.array_equal(after, SOUND[: len(after)])


def test_a_file_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    problems: list[Problem] = []
    writer = FlacWriter(tmp_path / "gone" / "microphone.flac", RATE_HZ, problems.append)
    writer.start()
    writer.write(SOUND[:FRAME].tobytes())
    writer.close()
    writer.write(SOUND[:FRAME].tobytes())
    assert [problem.code for problem in problems] == ["recording_failed"]
