"""`flux-stress cluster`, and the flags of commands that can run on one."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.program import stop_signals
from flux_desktop.cli import arguments
from flux_desktop.cli.argument_values import filled, whole
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cluster import LINE_VARIABLE, choice

if TYPE_CHECKING:
    from flux_desktop.cluster.membership import Membership
    from flux_desktop.engine.supervision.worker_pool import WorkerPool

_ORPHAN_GRACE_S = 2.0
"""For a generator to end its engine processes and remove its temporary folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    coordinate = actions.add_parser("coordinate", help="start a cluster, and print the line to join it with")
    coordinate.add_argument(
        "--listen", default="", metavar="HOST[:PORT]", help="address for the generators (default: this machine's, 8786)"
    )
    coordinate.add_argument(
        "--file", metavar="FILE", help="write the line to this file, readable by you alone, instead of printing it"
    )
    join = actions.add_parser("join", help="carry connections of the cluster's runs on this machine")
    join.add_argument(
        "line",
        nargs="?",
        metavar="LINE-OR-FILE",
        help=f"what “cluster coordinate” has printed or written (default: the environment variable {LINE_VARIABLE}, "
        "which other users of this machine cannot read)",
    )
    join.add_argument(
        "--listen", default="", metavar="HOST[:PORT]", help="where the coordinator connects to it (default: any port)"
    )
    join.add_argument("--name", metavar="NAME", help="name of this generator (default: the host's, and a number)")
    for action in (coordinate, join):
        action.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
        arguments.add_log_level(action, "WARNING")


def add_option(parser: argparse.ArgumentParser) -> None:
    """`--cluster` and what belongs to it."""
    group = parser.add_argument_group("cluster")
    group.add_argument(
        "--cluster",
        type=filled,
        metavar="LINE-OR-FILE",
        help="run on the machines that have joined this cluster; local:3 starts three generators on this machine",
    )
    group.add_argument(
        "--generators", type=whole, default=1, metavar="N", help="wait until N generators have joined (default: 1)"
    )
    group.add_argument(
        "--forward-keys",
        action="store_true",
        help="give the generators the AWS keys of this machine, over TLS and in memory only (default: their own)",
    )


def cluster_pool(args: argparse.Namespace) -> contextlib.AbstractContextManager[WorkerPool | None]:
    """The pool of the cluster that the flags name; None without `--cluster`. Entering it raises `ProblemError`."""
    if "cluster" not in args:  # a microphone is heard on one machine
        return contextlib.nullcontext()
    return choice.cluster_pool(args.cluster, generators=args.generators, forward_keys=args.forward_keys)


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    if args.with_parent:
        from flux_desktop.base.orphan import exit_with_parent

        exit_with_parent(_ORPHAN_GRACE_S, lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        with choice.with_dask():
            import flux_desktop.cluster.nodes  # noqa: F401 - whether it can be imported
        return asyncio.run(_until_stopped(_coordinate(args) if args.action == "coordinate" else _join(args)))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)


async def _coordinate(args: argparse.Namespace) -> None:
    from flux_desktop.cluster.addresses import is_loopback
    from flux_desktop.cluster.coordinator import coordinate
    from flux_desktop.cluster.membership import LIFETIME, to_line

    printer = Printer()

    def ready(membership: Membership) -> None:
        line = to_line(membership)
        if args.file:
            _write_private(Path(args.file), line)
        if args.with_parent:
            return
        # With a file not the line itself: what a container or a CI job prints is kept where others can read it.
        where, shown = (", with a copy of the file", shlex.quote(args.file)) if args.file else ("", line)
        only_here = ", which other machines cannot reach" * is_loopback(membership.address)
        complain(f"Listening on {membership.address}{only_here}. On each machine{where}, run:")
        printer.line(f"flux-stress cluster join {shown}")
        complain(
            f"Whoever has the line can join for {LIFETIME.total_seconds() / 3600:.0f} hours: keep it secret. "
            "Press Ctrl+C to end the cluster."
        )

    def members(names: list[str]) -> None:
        if args.with_parent:
            return
        complain(f"{len(names)} generator{'s' * (len(names) != 1)}: {plain(', '.join(names)) or 'none'}.")

    await coordinate(args.listen, ready, members)


async def _join(args: argparse.Namespace) -> None:
    from flux_desktop.cluster.generator import default_name, join
    from flux_desktop.cluster.membership import read_membership

    await join(
        read_membership(_line_or_file(args)),
        args.name or default_name(),
        lambda text: None if args.with_parent else complain(plain(text)),
        args.listen,
    )


def _line_or_file(args: argparse.Namespace) -> str:
    if text := args.line or os.environ.get(LINE_VARIABLE, "").strip():
        return str(text)
    raise ProblemError(
        Problem(
            code="cluster_line_invalid",
            what="No cluster is named.",
            why=f"There is no LINE-OR-FILE, and the environment variable {LINE_VARIABLE} is not set or empty.",
            todo="Pass the line that “flux-stress cluster coordinate” prints, or a file with it.",
        )
    )


async def _until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Run until a signal; returns the exit status."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for number in stop_signals():
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return ExitCode.OK


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        temporary.replace(path)
    except OSError as error:
        raise ProblemError(
            Problem(code="option_unknown", what=f"{path} cannot be written.", why=f"{error.strerror or error}.")
        ) from error
