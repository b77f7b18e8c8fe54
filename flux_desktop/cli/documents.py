"""The documents that a run writes at its end: `--report`, `--junit` and `--metrics-file`."""

from __future__ import annotations

import argparse
from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.streams import complain
from flux_desktop.reports.files import write_whole


def write_documents(args: argparse.Namespace, session: Path) -> ExitCode:
    """Write what the flags ask for of a recorded session; USAGE if a file could not be written."""
    wanted = [(args.report, None), (args.junit, "junit"), (args.metrics_file, "metrics")]
    for path, kind in wanted:
        if path is None:
            continue
        # Imported here: a run without documents does not load the template engine.
        from flux_desktop.cli.report import document, format_of

        try:
            write_whole(Path(path), document(session, kind or format_of(path)))
        except ProblemError as error:
            complain(plain(error.problem.sentence()))
            return ExitCode.USAGE
    return ExitCode.OK
