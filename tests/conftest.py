"""Guards over every test: a private environment, and nothing left alive afterwards.

A thread, a child process or an asyncio task that outlives its test fails that test (pytest shows it as an error at
teardown). What belongs to a fixture of wider scope exists before the test begins and is not counted. Sockets and files
left open are caught by warnings being errors; Qt's own objects by tests/ui.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flux_desktop.base import redaction
from flux_desktop.base.logs import TALKATIVE
from flux_desktop.engine.measuring.generator_limits import FACTOR_VARIABLE
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH

# The same examples on every run, and no verdict that depends on how busy the machine is. HYPOTHESIS_PROFILE=explore
# looks for new examples instead.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, database=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A script that starts the tests in the background leaves Ctrl+C ignored, in every process that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What has been stopped may need a moment to end.
GRACE_S = 20.0
# Started once per process by the standard library, and ended with it.
STANDARD_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")

_freeze = gc.freeze
# A collection that looks at no more than these takes less than a millisecond.
FEW_OBJECTS = 5_000


def _put_aside_what_stays() -> None:
    """Keep what outlives tests, modules above all, out of later collections: to look at it takes 0.3 s."""
    if len(gc.get_objects()) > FEW_OBJECTS:
        gc.collect()
        _freeze()


@pytest.fixture(autouse=True)
def collected_on_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Collect what a test has left at its end: Qt's objects are destroyed on the main thread alone.

    Python itself collects on whichever thread allocates next, also in a test long after, and the process then crashes.
    What a test itself freezes (the window does, and a worker) would never be collected.
    """
    gc.disable()
    # Only now has pytest forgotten the values of the last test's fixtures.
    _put_aside_what_stays()
    monkeypatch.setattr(gc, "freeze", lambda: None)
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def log_levels_as_before() -> Iterator[None]:
    """A command that runs in a test's own process sets the levels of loggers, which the next test must not see."""
    names = (None, *TALKATIVE)
    levels = [logging.getLogger(name).level for name in names]
    yield
    for name, level in zip(names, levels, strict=True):
        if (logger := logging.getLogger(name)).level != level:
            logger.setLevel(level)


@pytest.fixture(scope="session", autouse=True)
def private_environment() -> Iterator[None]:
    """Keep the person's settings, AWS account and proxies out of every test, and the tests out of their home."""
    # A short path: sockets made below it have names of at most 108 bytes.
    home = Path(tempfile.mkdtemp(prefix="flux-test-"))
    # The model that set-up has downloaded is used where it is.
    speech_models = str(store.fetched_folder(ENGLISH).parent)
    folders = {
        "HOME": home,
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_RUNTIME_DIR": home / "runtime",
        "XDG_STATE_HOME": home / "state",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
                patch.delenv(name)
        # Without it boto3 asks an address of Amazon's machines for credentials, and waits.
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv(store.FOLDER_VARIABLE, speech_models)
        # A machine that stands still for a second rightly makes a run INVALID, which is the matter of few tests:
        # they set limits of their own.
        patch.setenv(FACTOR_VARIABLE, "1000")
        for name, folder in folders.items():
            folder.mkdir(mode=0o700, exist_ok=True)
            patch.setenv(name, str(folder))
        yield
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def nothing_left_alive() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process. Ends after the test's event loop has been closed."""
    threads = live_threads()
    children = live_children()
    yield
    left = wait_until_empty(lambda: live_threads() - threads)
    assert not left, f"threads left running: {sorted(thread.name for thread in left)}"
    left_children = wait_until_empty(lambda: live_children() - children)
    assert not left_children, f"child processes left running: {[describe(pid) for pid in sorted(left_children)]}"


@pytest.fixture(autouse=True)
def no_secret_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test take out of its words what another one has taken for a secret."""
    monkeypatch.setattr(redaction, "_live", redaction.LiveSecrets())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every coroutine test `no_task_left`, which makes an event loop and so does not suit the others."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(item.fixturenames.index("nothing_left_alive") + 1, "no_task_left")


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fail where the test's loop still has a task that was started after this fixture."""
    earlier = asyncio.all_tasks()
    yield
    current = asyncio.current_task()
    left = {task for task in asyncio.all_tasks() - earlier if task is not current}
    if left:
        _, left = await asyncio.wait(left, timeout=GRACE_S)
    assert not left, f"tasks left running: {sorted(map(repr, left))}"


def live_threads() -> set[threading.Thread]:
    """Threads that Python started; those of C libraries appear as dummies once they have called Python."""
    dummy: type[threading.Thread] = threading._DummyThread
    return {thread for thread in threading.enumerate() if thread.is_alive() and not isinstance(thread, dummy)}


def live_children() -> set[int]:
    """Process ids of this process's running children; empty where the system has no /proc."""
    return {
        pid for pid in all_children() if is_running(pid) and not any(name in describe(pid) for name in STANDARD_HELPERS)
    }


def all_children() -> set[int]:
    """With those that have ended and whose exit status nobody has taken yet."""
    children = set()
    for task in _listed("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{task}/children") as listing:
            children |= {int(pid) for pid in listing.read().split()}  # OSError: that thread has just ended
    return children


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def is_running(pid: int) -> bool:
    """False once the process has ended, also while nobody has asked for its exit status."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def describe(pid: int) -> str:
    """A process's command line, as far as it can still be read."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        command = b""
    return f"{pid}: {command.replace(bytes(1), b' ').decode(errors='replace').strip()}"


def wait_until_empty[T](left: Callable[[], set[T]]) -> set[T]:
    """What is left when GRACE_S have passed; returns at once when nothing is."""
    deadline = time.monotonic() + GRACE_S
    while (leftovers := left()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return leftovers
