"""`flux-stress sessions`: list, search, show, delete, keep and exchange recorded runs."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from flux_desktop.base.amounts import amount, size_words
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.argument_values import kept
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import existing_sessions_folder, sessions_folder
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.reports.sessions.facts import (
    FIGURES,
    About,
    SessionFacts,
    SessionList,
    read_about,
    unknown,
    write_about,
)
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.keeping import (
    KEEP_LAST,
    MAX_BYTES,
    delete,
    empty_trash,
    export,
    import_session,
    restore,
    surplus,
)
from flux_desktop.reports.sessions.retention import load_retention, save_retention
from flux_desktop.reports.sessions.trend import alike_to, interval_words, no_points, trend

_PIPE_WIDTH = 240
_WITHOUT_SUBJECT = frozenset({"list", "retention", "prune"})
_ACTIONS = {
    "list": "all sessions, newest first",
    "search": "those with every word of TEXT in their facts or transcripts",
    "show": "one session",
    "cat": "the recording of a session as JSON lines",
    "note": "set the note, title or star of a session",
    "trend": "a figure over all sessions that are like SUBJECT",
    "retention": "show or change how long sessions are kept",
    "delete": "move a session to the trash",
    "restore": "undo delete",
    "prune": "delete old sessions for good, by size and age",
    "export": "write a session into one .zip file",
    "import": "add a session from such a file",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = "; ".join(f"{name}: {about}" for name, about in _ACTIONS.items())
    parser.add_argument("action", choices=tuple(_ACTIONS), help=actions)
    parser.add_argument("subject", nargs="*", metavar="SUBJECT", help="the session's name, the words, or the file")
    parser.add_argument("-o", "--output", metavar="FILE", help="export: default is NAME.zip")
    parser.add_argument(
        "--figure", choices=tuple(FIGURES), default="update_p95_ms", help="trend: default is update_p95_ms"
    )
    parser.add_argument(
        "--agree",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="retention: whether old sessions are deleted at the start and after a run",
    )
    parser.add_argument("--note", metavar="TEXT", help="note: what to remember about the session")
    parser.add_argument("--title", metavar="TEXT", help="note: a name for people")
    parser.add_argument("--star", action=argparse.BooleanOptionalAction, default=None, help="note: never prune it")
    parser.add_argument("--max-gb", type=kept, metavar="N", help="prune, retention: keep N GB (default: 20)")
    parser.add_argument("--max-age-days", type=kept, metavar="N", help="prune, retention: drop older ones")
    parser.add_argument("--yes", action="store_true", help="prune: do not ask")
    parser.add_argument("--json", action="store_true", help="list, search, show: print JSON")
    parser.add_argument("--sessions-dir", metavar="DIR", help="where the sessions are (default: user data)")
    arguments.add_log_level(parser, "WARNING")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        folder = sessions_folder(args) if args.action == "import" else existing_sessions_folder(args)
        return _carry_out(args, folder or default_sessions_dir())
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE


def _carry_out(args: argparse.Namespace, parent: Path) -> int:
    if args.subject and args.action in _WITHOUT_SUBJECT:
        what = f"sessions {args.action} takes no SUBJECT, but “{' '.join(args.subject)}” was given."
        todo = "flux-stress sessions search TEXT shows the sessions with these words." * (args.action == "list")
        raise ProblemError(Problem(code="option_unknown", what=what, todo=todo))
    match args.action:
        case "list":
            _print(SessionIndex(parent).sessions(), as_json=args.json)
        case "search":
            _print(SessionIndex(parent).sessions(" ".join(args.subject)), as_json=args.json)
        case "show":
            _print([_one(args, parent)], as_json=args.json)
        case "cat":
            _cat(parent / _one(args, parent).name)
        case "note":
            _note(args, parent)
        case "delete":
            name = _name(args)
            delete(parent, name)
            complain(f"Deleted {plain(name)}. “flux-stress sessions restore {plain(name)}” brings it back.")
        case "restore":
            restore(parent, _name(args))
        case "trend":
            _trend(args, parent)
        case "retention":
            _retention(args, parent)
        case "prune":
            return _prune(args, parent)
        case "export":
            target = Path(args.output or f"{_name(args)}.zip")
            export(parent, _name(args), target)
            complain(f"Written to {plain(str(target))}.")
        case _:
            complain(f"Imported as {plain(import_session(parent, Path(_name(args))))}.")
    return ExitCode.OK


def _cat(folder: Path) -> None:
    printer = Printer()
    try:
        for line in chain.from_iterable(map(recorded_lines, recording_files(folder))):
            printer.line(plain_json(line.decode("utf-8", "replace").rstrip("\n")))
    except OSError as error:
        what = f"The session {folder.name} cannot be read: {error.strerror or error}."
        raise ProblemError(Problem(code="session_unreadable", what=what)) from error


def _trend(args: argparse.Namespace, parent: Path) -> None:
    index, like = SessionIndex(parent), _one(args, parent)
    figure_trend = trend(index.with_intervals(alike_to(index.sessions(), like)), like, args.figure)
    printer = Printer()
    if args.json:
        printer.line(plain_json(msgspec.json.encode(figure_trend).decode()))
        return
    if not figure_trend.points:
        complain(f"{figure_trend.label}: {no_points(args.figure)}")
        return
    sessions = amount(len(figure_trend.points), "session")
    complain(plain(f"{figure_trend.label}: {sessions} with {figure_trend.common}."))
    for point in figure_trend.points:
        more = "" if point.usable else "  (proves nothing: no part of the trend)"
        printer.line(plain(f"{point.name}  {point.value:10.1f}  ({interval_words(point)}){more}"))
    complain("In brackets: 95 % interval over connections, for error rates over conversations, and n.")


def _retention(args: argparse.Namespace, parent: Path) -> None:
    rule = load_retention(parent)
    changes = {"max_gb": args.max_gb, "max_age_days": args.max_age_days, "agreed": args.agree}
    if wanted := {name: value for name, value in changes.items() if value is not None}:
        rule = msgspec.structs.replace(rule, **wanted)
        save_retention(parent, rule)
    agreed = "You have agreed to it." if rule.agreed else "Nothing is deleted until you agree: add --agree."
    Printer().line(f"{rule.sentence()} {agreed}")


def _prune(args: argparse.Namespace, parent: Path) -> int:
    age = None if args.max_age_days is None else timedelta(days=args.max_age_days)
    max_bytes = MAX_BYTES if args.max_gb is None else round(args.max_gb * 1e9)
    dropped = surplus(SessionIndex(parent).sessions(), datetime.now(UTC), max_bytes=max_bytes, max_age=age)
    if not dropped:
        complain(f"Nothing to delete: the newest {KEEP_LAST} and starred sessions are always kept.")
        return ExitCode.OK
    size = size_words(sum(each.size_bytes for each in dropped))
    oldest = plain(dropped[0].wall_time or dropped[0].name)
    complain(f"{amount(len(dropped), 'session')} of {size}, the oldest from {oldest}.")
    if not args.yes:
        if not sys.stdin.isatty():
            complain("Pass --yes to delete them for good.")
            return ExitCode.USAGE
        if input("Delete them for good? [y/N] ").strip().lower() not in ("y", "yes"):
            return ExitCode.OK
    for session in dropped:
        delete(parent, session.name)
    empty_trash(parent)
    return ExitCode.OK


def _note(args: argparse.Namespace, parent: Path) -> None:
    folder = parent / _one(args, parent).name
    before = read_about(folder)
    write_about(
        folder,
        About(
            title=before.title if args.title is None else args.title,
            note=before.note if args.note is None else args.note,
            starred=before.starred if args.star is None else args.star,
        ),
    )


def _one(args: argparse.Namespace, parent: Path) -> SessionFacts:
    name = _name(args)
    matches = [session for session in SessionIndex(parent).sessions() if session.name == name]
    if not matches:
        raise ProblemError(unknown(name))
    return matches[0]


def _name(args: argparse.Namespace) -> str:
    if len(args.subject) != 1:
        name = " ".join(args.subject)
        raise ProblemError(unknown(name) if name else msgspec.structs.replace(unknown(""), what="No session is given."))
    return str(args.subject[0])


def _print(sessions: list[SessionFacts], *, as_json: bool) -> None:
    if as_json:
        Printer().line(plain_json(msgspec.json.encode(SessionList(sessions=sessions)).decode()))
        return
    table = Table("Session", "Endpoint", "Data", "Kind", "Conns", "Min", "Verdict", "p95 ms", "Size", "Note")
    table.box, table.pad_edge = None, False
    table.columns[0].no_wrap = True
    for each in sessions:
        star = "★ " if each.about.starred else ""
        cells = (
            each.name,
            each.endpoint,
            each.data,
            each.kind,
            str(each.connections),
            f"{each.minutes:.1f}" if each.minutes else "",
            each.outcome,
            "" if each.update_p95_ms is None else f"{each.update_p95_ms:.0f}",
            size_words(each.size_bytes),
            f"{star}{each.about.title or each.about.note}",
        )
        table.add_row(*(Text(plain(cell)) for cell in cells))
    # A file or a pipe has no width: nothing is cut there.
    Printer().table(table, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
