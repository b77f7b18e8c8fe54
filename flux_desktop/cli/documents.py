"""The documents that a run writes at its end: `--report`, `--junit` and `--metrics-file`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import check_output
from flux_desktop.cli.streams import complain
from flux_desktop.reports.files import write_whole

FLAGS = ("report", "junit", "metrics_file")


def check_documents(args: argparse.Namespace, flags: Sequence[str] = FLAGS) -> None:
    """Raises `ProblemError` where a file that `args` ask for could not be written; its flag is then cleared."""
    for flag in flags:
        if (path := getattr(args, flag)) is None:
            continue
        try:
            check_output(f"--{flag.replace('_', '-')}", path)
            if flag == "report":
                from flux_desktop.cli.report import format_of  # see `write_documents`

                format_of(path)
        except ProblemError:
            setattr(args, flag, None)
            raise


def write_documents(args: argparse.Namespace, session: Path | None) -> ExitCode:
    """Write what the flags ask for of a recorded session; USAGE if a file could not be written."""
    wanted = [(path, kind) for path, kind in zip(_paths(args), (None, "junit", "metrics"), strict=True) if path]
    if wanted and session is None:
        complain("No document is written: nothing was recorded.")
        return ExitCode.USAGE
    for path, kind in wanted:
        # Imported here: a run without documents does not load the template engine.
        from flux_desktop.cli.report import document, format_of

        assert session is not None
        try:
            write_whole(Path(path), document(session, kind or format_of(path)))
        except ProblemError as error:
            complain(plain(error.problem.sentence()))
            return ExitCode.USAGE
    return ExitCode.OK


def _paths(args: argparse.Namespace) -> list[str | None]:
    return [getattr(args, flag) for flag in FLAGS]
