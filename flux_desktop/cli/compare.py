"""`flux-stress compare`: whether an endpoint has become better or worse between two recorded runs."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import check_output
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.recording.session_folder import session_named
from flux_desktop.evaluation.comparing.comparison import parse_allowed
from flux_desktop.reports.documents.comparison import Comparison, compare_sessions
from flux_desktop.reports.documents.comparison_documents import (
    comparison_junit,
    comparison_markdown,
    estimate_text,
    judgement,
)
from flux_desktop.reports.files import write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("base", metavar="BASE", help="session of the earlier run: its folder or name")
    parser.add_argument("new", metavar="NEW", help="session of the later run: its folder or name")
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="EXPR",
        help="exit with 99 if the change is proven to be beyond this, such as “update_p95_ms>+10%%”, and with 7 if the "
        "data does not decide it (repeatable)",
    )
    parser.add_argument("--force", action="store_true", help="compare runs of different conditions all the same")
    parser.add_argument("--junit", metavar="FILE", help="write the comparison as JUnit, one test case a figure")
    parser.add_argument("--markdown", metavar="FILE", help="write the comparison as Markdown")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    arguments.add_log_level(parser, "WARNING")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        wanted = {"--junit": args.junit, "--markdown": args.markdown}
        for flag, path in wanted.items():
            if path:
                check_output(flag, path)
        allowed = [parse_allowed(text) for text in args.fail_on]
        result = compare_sessions(session_named(args.base), session_named(args.new), allowed, force=args.force)
        for path, renderer in ((args.junit, comparison_junit), (args.markdown, comparison_markdown)):
            if path:
                write_whole(Path(path), renderer(result))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    if args.json:
        Printer().line(plain_json(msgspec.json.encode(result).decode()))
    else:
        _print(result)
    if not result.comparable and not (args.force and result.forcible):
        return ExitCode.NOT_COMPARABLE
    if result.failed:
        return ExitCode.LIMIT_BROKEN
    return ExitCode.NOT_DECIDED if result.not_decided else ExitCode.OK


def _print(result: Comparison) -> None:
    printer, parts = Printer(), list[RenderableType]()
    if result.figures:
        # Above the table, in whose narrow columns a long name would be broken.
        printer.line(plain(f"Base: {result.base}"))
        printer.line(plain(f"New:  {result.new}"))
        table = Table("Figure", "Base", "New", "Change", box=None, pad_edge=False)
        for figure in result.figures:
            sides = (estimate_text(figure, each) for each in (figure.base, figure.new))
            table.add_row(figure.label, *sides, f"{figure.sentence()} {judgement(figure)}".rstrip())
        parts += [Text(), table, *(Text(note) for note in result.notes())]
    printer.table(*parts, Text(plain(result.verdict())))
