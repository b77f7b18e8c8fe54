"""A child ends soon after its parent was killed, however busy it is; one whose parent lives goes on."""

from __future__ import annotations

import os
import select
import subprocess
import sys

import pytest

from flux_desktop.base import orphan
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses pidfd_open to see a process end")

_CHILD = """
import os
from flux_desktop.base import orphan
if {polling}:
    del os.pidfd_open
    orphan._POLL_S = 0.05
orphan.exit_with_parent(0.05)
print("ready", flush=True)
while True:
    pass  # never looks at its standard input
"""
_PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("polling", [False, True])
def test_a_busy_child_ends_with_its_parent(polling: bool) -> None:
    code = _CHILD.format(polling=polling)
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as output:
        child = int(output.readline())
        os.kill(child, 0)
        parent.kill()
        parent.wait()
    assert _ends_soon(child), "the child is still running"


_STUCK = """
import sys, threading, time
from {module} import main
import {module} as child
child.{held_up} = lambda *_, **__: threading.Event().wait(print("ready", flush=True))
time.sleep = lambda _: None  # the grace
main(*{arguments})
"""


@pytest.mark.parametrize(
    ("module", "held_up", "arguments"),
    [
        ("flux_desktop.audio.devices", "list_now", ()),
        ("flux_desktop.audio.listening.process", "opened", (["16000"],)),
        ("flux_desktop.audio.playing", "output_device", ([""],)),
        ("flux_desktop.engine.supervision.level_monitor", "monitor", ()),
        ("flux_desktop.engine.worker.worker", "_main", ()),
    ],
)
def test_every_child_ends_with_its_parent_whatever_holds_it_up(
    module: str, held_up: str, arguments: tuple[object, ...]
) -> None:
    code = _STUCK.format(module=module, held_up=held_up, arguments=arguments)
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin, parent.stdout as output:  # the child's standard input stays open
        child = int(output.readline())
        parent.kill()
        parent.wait()
        assert _ends_soon(child), "the child is still running"


def _ends_soon(pid: int) -> bool:
    """Whether the process ends within 10 s."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def test_a_child_whose_parent_lives_goes_on() -> None:
    code = "from flux_desktop.base.orphan import exit_with_parent; exit_with_parent(0.0); input(); print('still here')"
    done = subprocess.run([sys.executable, "-c", code], input="\n", capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.stdout, done.returncode) == ("still here\n", 0)


def test_an_orderly_end_can_begin_before(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[object] = []
    monkeypatch.setattr(orphan, "_wait_for_end", lambda parent: happened.append(parent))
    monkeypatch.setattr(orphan.time, "sleep", happened.append)
    monkeypatch.setattr(orphan.os, "_exit", lambda status: happened.append(("exit", status)))
    orphan._watch(7, 2.0, lambda: happened.append("told"))
    assert happened == [7, "told", 2.0, ("exit", 1)]
