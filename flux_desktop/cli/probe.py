"""`flux-stress probe`: what the build of an endpoint supports."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import msgspec
from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.cli import arguments
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import checked, options_from, plan_from
from flux_desktop.cli.session_care import after_run
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.experiments.probe import probe_endpoint
from flux_desktop.flux.probe_findings import Finding, ProbeReport
from flux_desktop.reports.probe_store import save_probe
from flux_desktop.reports.probe_text import MARKS, ticket_lines

_STYLES = {"yes": "green", "no": "red", "unclear": "yellow"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.add_endpoint_argument(parser)
    parser.add_argument("--model", default="flux-general-en", help="default: flux-general-en")
    parser.add_argument("--long", action="store_true", help="also keep a stream idle for 60 s")
    parser.add_argument("--extra", default="", metavar="K=V&K2=V2", help="query parameters of every stream")
    arguments.add_place_arguments(parser)
    out = parser.add_argument_group("results")
    out.add_argument("--json", action="store_true", help="print the report as JSON")
    out.add_argument("--ticket", action="store_true", help="print plain text to paste into a support ticket")
    out.add_argument(
        "--sessions-dir", metavar="DIR", help="where to keep what was sent and received (default: user data)"
    )
    arguments.add_log_level(out, "WARNING")
    unused = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms", "profanity_filter", "numerals", "redact")
    parser.set_defaults(
        connections=1,
        streams_per_channel=1,
        duration=None,
        chunk_ms=80.0,
        reconnect=False,
        limit=[],
        encoding="linear16",
        keyterms="",
        language_hints="",
        mip_opt_out=None,
        tag=[],
        **dict.fromkeys(unused),
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        plan = _plan(args)
        sessions_dir = sessions_folder(args)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    is_shown = sys.stderr.isatty()

    def show(finding: Finding) -> None:
        if is_shown:
            print(plain(f"{MARKS[finding.outcome]:<4}{finding.feature}"), file=sys.stderr)

    report = asyncio.run(probe_endpoint(plan, long=args.long, on_finding=show, sessions_dir=sessions_dir))
    if note := save_probe(report) if report.reachable else "":
        complain(plain(note))
    if args.json:
        Printer().line(plain_json(msgspec.json.encode(report).decode()))
    elif args.ticket:
        for line in ticket_lines(report):
            Printer().line(plain(line))
    else:
        _print(report)
    if report.session:
        complain(f"Recorded in {plain(report.session)}.")
        after_run([Path(report.session)])
    return ExitCode.OK if report.reachable else ExitCode.CONNECTION_FAILED


def _plan(args: argparse.Namespace) -> RunPlan:
    source = WavSource(path=str(resource_path("sample_audio/conversation.wav")))
    return checked(plan_from(args, source, options_from(args)))


def _print(report: ProbeReport) -> None:
    parts: list[RenderableType] = []
    if report.problem:
        parts.append(Text(plain(report.problem)))
    if report.findings:
        documented, seen = (Column(name, overflow="fold") for name in ("Documented", "Seen"))
        table = Table("Feature", documented, "This build", seen, box=None, pad_edge=False)
        for finding in report.findings:
            mark = Text(MARKS[finding.outcome], style=_STYLES[finding.outcome])
            table.add_row(Text(finding.feature), Text(finding.documented), mark, Text(plain(finding.seen)))
        parts.append(table)
    parts += [Text(plain(f"Unknown message: {text}")) for text in report.unknown_messages]
    Printer().table(*parts, f"{amount(report.streams, 'stream')}, {report.duration_s:.0f} s.")
