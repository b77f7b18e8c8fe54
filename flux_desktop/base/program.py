"""This program as the system sees it: how it starts processes of itself, what it was installed from, what it may open.

A checkout, an installed wheel and a frozen folder differ here and nowhere else.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

OPEN_FILES_WANTED = 10_240
"""A stream is one connection in the worker and one in the built-in endpoint; macOS allows no more than this."""


def is_frozen() -> bool:
    """Whether this is the folder that needs no Python on the machine."""
    return bool(getattr(sys, "frozen", False))


def command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line of one of our modules as a process of its own.

    ``-P`` keeps the working directory off the module path: a msgspec.py that lies there must not be executed. A frozen
    program has no Python beside it: there the same binary takes ``--run-module``.
    """
    if is_frozen():
        return [sys.executable, "--run-module", module, *arguments]
    return [sys.executable, "-P", "-m", module, *arguments]


def origin() -> str:
    """What this program was started from: ``a checkout``, ``an installed wheel`` or ``a folder``."""
    if is_frozen():
        return "a folder"
    import json
    from importlib import metadata

    try:
        # What an installer wrote down of a link to the sources, as PEP 610 has it.
        link = metadata.distribution("flux-desktop").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "a checkout"
    editable = link is not None and json.loads(link).get("dir_info", {}).get("editable", False)
    return "a checkout" if editable else "an installed wheel"


def allow_many_files() -> int:
    """Let this process and its children open as many files as the system lets them, up to `OPEN_FILES_WANTED`.

    Returns how many that are. Most Linux systems begin at 1024, which about 500 streams use up.
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
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid even that
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            soft = allowed
    return soft
