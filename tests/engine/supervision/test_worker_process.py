"""When a worker counts as stuck: by its silence while the supervisor was running, and by nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from flux_desktop.engine.supervision.worker_process import WorkerSilence

SUPERVISOR = """
import asyncio, sys, time
from pathlib import Path
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.records.events import Snapshot
from flux_desktop.engine.supervision import worker_process
from flux_desktop.engine.supervision.supervisor import Supervisor

worker_process.SILENCE_MAX_S = 1.0

def on_event(event):
    if isinstance(event, Snapshot) and event.chunks_sent:
        print("streaming", flush=True)

supervisor = Supervisor(on_event, sessions_dir=Path(sys.argv[2]))
plan = RunPlan(endpoint="local", source=WavSource(path=sys.argv[1], loop=True), duration_s=4.0)
print(asyncio.run(supervisor.run(plan)).ledger, flush=True)
"""


def test_silence_is_counted_from_look_to_look() -> None:
    silence = WorkerSilence(0.0, look_every_s=1.0)
    assert [silence.look(now_s) for now_s in (1.0, 2.0, 3.5)] == [1.0, 2.0, 3.5]
    silence.end()
    assert silence.look(4.5) == 1.0


def test_time_in_which_the_supervisor_itself_did_not_run_hardly_counts() -> None:
    silence = WorkerSilence(0.0, look_every_s=1.0)
    assert silence.look(1.0) == 1.0
    assert silence.look(3_600.0) == 3.0
    assert silence.look(3_601.0) == 4.0


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be suspended by a signal there")
async def test_a_worker_outlives_the_suspension_of_its_supervisor(sentence_wav: Path, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, str(sentence_wav), str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"streaming\n"
    os.kill(process.pid, signal.SIGSTOP)
    await asyncio.sleep(2.0)  # the suspension itself: twice the silence that is allowed
    os.kill(process.pid, signal.SIGCONT)
    output = (await process.stdout.read()).decode()
    assert await process.wait() == 0
    assert "'completed': 1" in output.splitlines()[-1]
