"""`flux-stress report`: a recorded session as a document to hand over."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import STDOUT_NAMES, check_output
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.recording.session_folder import read_session, session_named
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.machine import (
    as_json,
    as_junit,
    as_open_metrics,
    connections_csv,
    turns_csv,
)
from flux_desktop.reports.documents.markdown import as_markdown
from flux_desktop.reports.documents.report_parts import SessionReport
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.documents.turn_audio import turn_sounds
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.run_result import RunResult

FORMATS: dict[str, Callable[[SessionReport], str]] = {
    "html": as_html,
    "markdown": as_markdown,
    "junit": as_junit,
    "json": as_json,
    "metrics": as_open_metrics,
    "connections": connections_csv,
}
_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".xml": "junit",
    ".json": "json",
    ".prom": "metrics",
    ".txt": "metrics",
    ".csv": "turns",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("session", nargs="?", metavar="SESSION", help=arguments.SESSION_HELP)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where to write it; - is stdout (default: report.html in that folder)",
    )
    parser.add_argument(
        "--format",
        choices=(*FORMATS, "turns"),
        help="default: by the name of the file: .html, .md, .xml (JUnit), .json, .prom (OpenMetrics), .csv (turns)",
    )
    parser.add_argument(
        "--audio",
        action="store_true",
        help="with HTML: embed what was sent in the worst turns, up to 1 MB (only if you may hand it over)",
    )
    parser.add_argument("--json-schema", action="store_true", help="print the JSON Schema of --format json")
    arguments.add_log_level(parser, "WARNING")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    if args.json_schema:
        from flux_desktop.cli import schema  # knows all results, which reports do not need

        return schema.run(argparse.Namespace(kind="report"))
    try:
        if args.session is None:
            raise _wrong("No session is given.", "Give the folder of a recorded run.")
        folder = session_named(args.session)
        output = str(folder / "report.html") if args.output is None else args.output
        kind = args.format or format_of(output)
        if args.output is not None or folder.is_dir():
            check_output("--output", output)
        if args.audio and kind != "html":
            raise _wrong("--audio needs a report as HTML.", "Give a file whose name ends in .html.")
        text = document(folder, kind, audio=args.audio)
        if output in STDOUT_NAMES:
            Printer().line(text.rstrip("\n"))
            return ExitCode.OK
        write_whole(Path(output), text)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE
    complain(f"Written to {plain(output)}.")
    return ExitCode.OK


def format_of(path: str) -> str:
    """The format that a file's name asks for, HTML if it has no ending; raises `ProblemError` for any other ending."""
    suffix = Path(path).suffix.lower()
    if suffix and suffix not in _SUFFIXES:
        raise _wrong(f"A report cannot be written as {suffix}.", f"Give a name that ends in {', '.join(_SUFFIXES)}.")
    return _SUFFIXES.get(suffix, "html")


def document(folder: Path, kind: str, *, audio: bool = False) -> str:
    """A session as a document of a kind, HTML with the sound of its worst turns on request; raises `ProblemError`."""
    if kind == "turns":
        return _turns(folder)
    if audio:
        report = read_session_report(folder)
        return as_html(report, turn_sounds(folder, report.timelines))
    return FORMATS[kind](read_session_report(folder))


def _turns(folder: Path) -> str:
    result = RunResult()
    try:
        for event in read_session(folder):
            result.feed(event)
    except OSError as error:
        raise _wrong(f"The session folder {folder} cannot be read: {error.strerror or error}.", "") from error
    return turns_csv({conn: result.turns(conn) for conn in result.connections})


def _wrong(what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code="option_unknown", what=what, todo=todo))
