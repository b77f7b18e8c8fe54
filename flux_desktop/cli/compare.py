"""`flux-stress compare`: whether an endpoint has become better or worse between two recorded runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from xml.sax.saxutils import quoteattr

import msgspec
from rich.console import Console
from rich.table import Table

from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import check_output
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.evaluation.comparing.comparison import Compared, parse_allowed
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.reports.documents.comparison import Comparison, compare_sessions
from flux_desktop.reports.files import write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("base", metavar="BASE", help="session folder of the earlier run")
    parser.add_argument("new", metavar="NEW", help="session folder of the later run")
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="EXPR",
        help="exit with 99 if the change is proven to be beyond this, such as “update_p95_ms>+10%%” (repeatable)",
    )
    parser.add_argument("--force", action="store_true", help="compare runs of different conditions all the same")
    parser.add_argument("--junit", metavar="FILE", help="write the comparison as JUnit, one test case a figure")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    arguments.add_log_level(parser, "WARNING")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        if args.junit:
            check_output("--junit", args.junit)
        allowed = [parse_allowed(text) for text in args.fail_on]
        result = compare_sessions(Path(args.base), Path(args.new), allowed, force=args.force)
        if args.junit:
            write_whole(Path(args.junit), junit(result))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    if args.json:
        Printer().line(plain_json(msgspec.json.encode(result).decode()))
    else:
        _print(result)
    if not result.comparable and not args.force:
        return ExitCode.NOT_COMPARABLE
    return ExitCode.LIMIT_BROKEN if result.failed else ExitCode.OK


def junit(result: Comparison) -> str:
    """One test case for each figure; a comparison that cannot be made is a failure."""
    cases = [(each.label, each.sentence() if each.failed else "") for each in result.figures]
    if not result.comparable:
        cases.append(("comparable", result.verdict()))
    failed = sum(bool(why) for _, why in cases)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="compare" tests="{len(cases)}" failures="{failed}">',
    ]
    for name, why in cases:
        case = f'  <testcase classname="compare" name={quoteattr(plain(name))}'
        failure = f"><failure message={quoteattr(plain(why))}/></testcase>" if why else "/>"
        lines.append(case + failure)
    return "\n".join([*lines, "</testsuite>", ""])


def _print(result: Comparison) -> None:
    console = Console(soft_wrap=False, highlight=False)
    if result.figures:
        table = Table("Figure", plain(result.base), plain(result.new), "Change", box=None, pad_edge=False)
        for figure in result.figures:
            mark = " FAILS" if figure.failed else ""
            table.add_row(
                figure.label, _value(figure, figure.base), _value(figure, figure.new), figure.sentence() + mark
            )
        console.print(table)
    console.print(plain(result.verdict()), markup=False)


def _value(figure: Compared, estimate: Estimate) -> str:
    if estimate.value is None:
        return f"not known (n = {estimate.n})"
    return f"{estimate.value:.1f} {figure.unit} (n = {estimate.n:,})"
