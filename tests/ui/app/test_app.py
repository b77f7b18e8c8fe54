"""What a person waits for from the start of the process to a window that answers, or to the reason why not."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from flux_desktop.base.program import INTERRUPTED
from flux_desktop.ui.app import app
from tests.ui.window.test_main_window_real import children
from tests.waiting import PATIENCE_S

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
    print("painted", time.process_time(), flush=True)
    while not window.live_page.plots.plots:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0)
    print("usable", time.process_time(), flush=True)
    window.close()
    await closed.wait()
with loop:
    loop.run_until_complete(live())
"""

WITHOUT_OPENGL = """
import sys
class Linker:
    def find_spec(self, name, path=None, target=None):
        if name == "qasync":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
sys.meta_path.insert(0, Linker())
from flux_desktop.ui.app import app
sys.exit(app.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("option", "begin", "end"),
    [
        ("--demo", "flux-desktop: The window cannot be shown: libGL.so.1: ", "“apt-file search libGL.so.1” lists).\n"),
        ("--self-test-picture=x.png", "libGL.so.1: cannot open", "file or directory\n"),
    ],
)
def test_a_library_that_the_system_lacks_is_named(option: str, begin: str, end: str) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", WITHOUT_OPENGL, option]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(begin)
    assert done.stderr.endswith(end)


def test_a_pipe_that_nobody_reads_does_not_change_the_exit_status() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "flux_desktop.ui.app.app", "--version"]
    done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=PATIENCE_S)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_window_answers_soon_after_its_start() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    at_s = {mark: float(seconds) for mark, seconds in (line.split() for line in done.stdout.splitlines())}
    print(f"painted after {at_s['painted']:.2f} s, with its plots after {at_s['usable']:.2f} s; load {os.getloadavg()}")
    assert 0.1 < at_s["painted"] < at_s["usable"]


def test_the_program_has_its_endpoint_ready_and_takes_it_along_when_it_is_closed() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    program = subprocess.Popen([sys.executable, "-m", "flux_desktop.ui.app.app"], env=environment)
    try:
        end_s = time.monotonic() + PATIENCE_S
        while not (endpoint_pids := children("flux_desktop.local_endpoint", program.pid)):
            assert program.poll() is None
            assert time.monotonic() < end_s, "the endpoint was not started in the background"
            time.sleep(0.05)
        program.terminate()
        assert program.wait(PATIENCE_S) == 0
        assert not any(os.path.exists(f"/proc/{pid}") for pid in endpoint_pids)
    finally:
        program.kill()
        program.wait()


def test_the_demo_without_a_display_ends_when_it_is_interrupted() -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "flux_desktop.ui.app.app", "--demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        try:
            end_s = time.monotonic() + PATIENCE_S
            while not children("flux_desktop.engine.worker.worker", demo.pid):
                assert demo.poll() is None
                assert time.monotonic() < end_s, "the demo was not started"
                time.sleep(0.05)
            demo.terminate()
            _, said = demo.communicate(timeout=PATIENCE_S)
        finally:
            demo.kill()
    assert (demo.returncode, said) == (INTERRUPTED, "Interrupted.\n")


def test_an_interruption_before_there_is_a_window_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "_open", interrupted)
    assert app.main([]) == INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"


EARLY = """
import os, signal
from flux_desktop.ui.app import app, launch
build = launch.make_window
def build_slowly(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    return build(*arguments)
launch.make_window = build_slowly
raise SystemExit(app.main([]))
"""


def test_a_signal_while_the_window_is_built_is_not_lost() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", EARLY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (INTERRUPTED, "Interrupted.\n")
