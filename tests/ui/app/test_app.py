"""How long a person waits from the start of the process to a window that answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.ui.window.test_main_window_real import children

USABLE_MAX_S = 3.0
"""The aim is 1.5 s on a machine that is not busy; tests share theirs."""

PROBE = """
import argparse, asyncio, time
from flux_desktop.ui.app import app
import qasync
from flux_desktop.ui.app import launch
from flux_desktop.ui.services.engine_port import supervisor_engine
made = launch.make_app()
loop = qasync.QEventLoop(made)
asyncio.set_event_loop(loop)
window = launch.make_window(made, argparse.Namespace(theme="dark", connections=2), supervisor_engine)
async def live():
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    window.begin()
    window.repaint()
    print("painted", time.monotonic(), flush=True)
    while not window.live_page.plots.plots:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    print("usable", time.monotonic(), flush=True)
    window.close()
    await closed.wait()
with loop:
    loop.run_until_complete(live())
"""


def test_the_window_answers_soon_after_its_start() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    best: dict[str, float] = {}
    for _ in range(2):  # the first may find a cold disk
        began_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr
        for line in done.stdout.splitlines():
            mark, at_s = line.split()
            best[mark] = min(best.get(mark, 99.0), float(at_s) - began_s)
    print(f"painted after {best['painted']:.2f} s, with its plots after {best['usable']:.2f} s; load {os.getloadavg()}")
    assert best["usable"] < USABLE_MAX_S


def test_the_program_has_its_endpoint_ready_and_takes_it_along_when_it_is_closed() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    program = subprocess.Popen([sys.executable, "-m", "flux_desktop.ui.app.app"], env=environment)
    try:
        end_s = time.monotonic() + 20
        while not (found := children("flux_desktop.local_endpoint", program.pid)):
            assert program.poll() is None
            assert time.monotonic() < end_s, "the endpoint was not started in the background"
            time.sleep(0.05)
        began_s = time.monotonic()
        program.terminate()
        assert program.wait(10) == 0
        print(f"closed in {time.monotonic() - began_s:.1f} s")
        assert time.monotonic() - began_s < 5
        assert not any(os.path.exists(f"/proc/{pid}") for pid in found)
    finally:
        program.kill()
        program.wait()
