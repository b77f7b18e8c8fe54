"""This program and the operating system: commands of its own processes, kind of installation, open-file limit.

A checkout, an installed wheel and a frozen folder differ here and nowhere else.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence

INTERRUPTED = 130
"""Exit status of a program that a signal ended in order, as shells state it for Ctrl+C."""
OPEN_FILES_WANTED = 10_240
"""A stream uses one connection in the worker and one in the built-in endpoint; macOS allows no more than this."""


def is_frozen() -> bool:
    """Whether this is the bundle that needs no Python on the machine."""
    return bool(getattr(sys, "frozen", False))


def command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that runs one of our modules as a separate process.

    ``-P`` keeps the working directory off the module path: a msgspec.py in it must not be executed. A frozen program
    has no Python interpreter; its binary accepts ``--run-module`` instead.
    """
    if is_frozen():
        return [sys.executable, "--run-module", module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


def origin() -> str:
    """The kind of installation: ``a checkout``, ``an installed wheel`` or ``a folder``."""
    if is_frozen():
        return "a folder"
    import json
    from importlib import metadata

    try:
        # The installer's record of a link to the sources, by PEP 610.
        link = metadata.distribution("flux-desktop").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "a checkout"
    editable = link is not None and json.loads(link).get("dir_info", {}).get("editable", False)
    return "a checkout" if editable else "an installed wheel"


def interrupt_on_signals() -> None:
    """From now on SIGTERM and SIGHUP raise `KeyboardInterrupt`, as Ctrl+C does: what was begun is cleaned up."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # there is no SIGHUP on Windows
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def stop_signals() -> list[signal.Signals]:
    """The signals at which a server ends in order; SIGHUP only where the parent does not ignore it, as nohup does."""
    hang_up: signal.Signals | None = getattr(signal, "SIGHUP", None)  # there is none on Windows
    further = [hang_up] if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN else []
    return [signal.SIGINT, signal.SIGTERM, *further]


def allow_many_files() -> int:
    """Raise the open-file limit of this process and its children as far as allowed, up to `OPEN_FILES_WANTED`.

    Returns the limit. Most Linux systems start with 1024, which about 500 streams use up.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return OPEN_FILES_WANTED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return sys.maxsize
    allowed = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_WANTED)
    if soft < allowed:
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            soft = allowed
    return soft
