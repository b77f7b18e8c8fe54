"""`flux-stress`, the command line: this module and `cli.arguments` import nothing heavy.

The flags of a command are only added, and its code only imported, for the command that is run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from textwrap import fill
from typing import Any, NoReturn

from flux_desktop import __version__
from flux_desktop.base.plain_text import plain
from flux_desktop.base.program import allow_many_files, interrupt_on_signals
from flux_desktop.cli import arguments
from flux_desktop.cli.commands import COMMANDS, EXITS
from flux_desktop.cli.examples import examples
from flux_desktop.cli.exit_codes import HELP, ExitCode
from flux_desktop.cli.streams import Printer, complain, configure_logging, harden, open_missing, settle

_INDENTED: dict[str, Any] = {"initial_indent": "  ", "subsequent_indent": "  ", "width": 78}


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line that names the help."""

    def error(self, message: str) -> NoReturn:
        if message.endswith("expected one argument"):
            message += "; one that begins with a hyphen follows an equals sign, as in --option=VALUE"
        self.exit(ExitCode.USAGE, f"{self.prog}: {plain(message)}. Try “{self.prog} --help”.\n")


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser with the flags of `command`, or of no command."""
    parser = _Parser(
        prog="flux-stress",
        description="Stream speech to Deepgram Flux on Amazon SageMaker and measure the responses.",
        epilog=f"{examples()}\n\n{HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, about in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog="\n\n".join(filter(None, [examples(name), EXITS.get(name, HELP)])),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == command:
            _add_arguments(name, sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status. Boundary: a bug is reported in a sentence, its trace is logged."""
    if argv is None:
        from flux_desktop.base.logs import catch_uncaught

        catch_uncaught()
        if "--with-parent" not in sys.argv:  # a child says nothing when its parent ends it
            interrupt_on_signals()
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        complain("Interrupted.")
        return ExitCode.INTERRUPTED
    except Exception:  # boundary: a bug ends the program with a sentence and an exit status
        import logging

        logging.getLogger("flux_desktop.cli").debug("Internal error:", exc_info=True)
        complain("Internal error: the program stopped. Run it again with --log-level DEBUG and report the output.")
        return ExitCode.CONNECTION_FAILED
    finally:
        settle()


def _main(argv: list[str]) -> int:
    open_missing()
    harden(sys.stdout)
    harden(sys.stderr)
    command = next((word for word in argv if not word.startswith("-")), None)
    try:
        args = build_parser(command).parse_args(argv)
    except SystemExit as ended:  # help was printed, or the usage is wrong
        settle()
        raise SystemExit(ended.code or _lost_status()) from None
    configure_logging(getattr(args, "log_level", "INFO"))
    from flux_desktop.base.home import ensure_home

    if note := ensure_home():
        complain(note)
    allow_many_files()
    return int(_runner(args.command)(args)) or _lost_status()


def _lost_status() -> ExitCode:
    return ExitCode.USAGE if Printer.lost else ExitCode.OK


def _add_arguments(command: str, parser: argparse.ArgumentParser) -> None:
    match command:
        case "file":
            from flux_desktop.cli.cluster import add_option

            arguments.add_file_arguments(parser)
            add_option(parser)
            parser.epilog = f"{_limit_help()}{parser.epilog}"
        case "microphone":
            arguments.add_microphone_arguments(parser)
            parser.epilog = f"{_limit_help()}{parser.epilog}"
        case "list-endpoints":
            arguments.add_list_endpoints_arguments(parser)
        case "summary":
            arguments.add_summary_arguments(parser)
        case "data":
            arguments.add_data_arguments(parser)
        case "self-test":
            arguments.add_self_test_arguments(parser)
        case "ab":
            from flux_desktop.cli import ab

            ab.add_arguments(parser)
        case "isolation":
            from flux_desktop.cli import isolation

            isolation.add_arguments(parser)
        case "sweep":
            from flux_desktop.cli import sweep

            sweep.add_arguments(parser)
        case "recogniser":
            from flux_desktop.cli import recogniser

            recogniser.add_arguments(parser)
        case "capacity":
            from flux_desktop.cli import capacity

            capacity.add_arguments(parser)
        case "cluster":
            from flux_desktop.cli import cluster

            cluster.add_arguments(parser)
        case "probe":
            from flux_desktop.cli import probe

            probe.add_arguments(parser)
        case "report":
            from flux_desktop.cli import report

            report.add_arguments(parser)
        case "sessions":
            from flux_desktop.cli import sessions

            sessions.add_arguments(parser)
        case "compare":
            from flux_desktop.cli import compare

            compare.add_arguments(parser)
        case "schema":
            from flux_desktop.cli import schema

            schema.add_arguments(parser)
        case _:
            from flux_desktop.cli import local_endpoint

            local_endpoint.add_arguments(parser)


def _limit_help() -> str:
    from flux_desktop.engine.records.pass_criteria import METRICS

    return f"figures for --limit:\n{fill(', '.join(METRICS), **_INDENTED)}\n\n"


def _runner(command: str) -> Callable[[argparse.Namespace], int]:
    match command:
        case "file":
            from flux_desktop.cli.run_streams import run_file

            return run_file
        case "microphone":
            from flux_desktop.cli.run_streams import run_microphone

            return run_microphone
        case "list-endpoints":
            from flux_desktop.cli.list_endpoints import run

            return run
        case "summary":
            from flux_desktop.cli.summary import run as run_summary

            return run_summary
        case "data":
            from flux_desktop.cli.data import run as run_data

            return run_data
        case "self-test":
            from flux_desktop.cli.self_test import run as run_self_test

            return run_self_test
        case "ab":
            from flux_desktop.cli import ab

            return ab.run
        case "isolation":
            from flux_desktop.cli import isolation

            return isolation.run
        case "sweep":
            from flux_desktop.cli import sweep

            return sweep.run
        case "recogniser":
            from flux_desktop.cli import recogniser

            return recogniser.run
        case "capacity":
            from flux_desktop.cli import capacity

            return capacity.run
        case "cluster":
            from flux_desktop.cli import cluster

            return cluster.run
        case "probe":
            from flux_desktop.cli import probe

            return probe.run
        case "report":
            from flux_desktop.cli import report

            return report.run
        case "sessions":
            from flux_desktop.cli import sessions

            return sessions.run
        case "compare":
            from flux_desktop.cli import compare

            return compare.run
        case "schema":
            from flux_desktop.cli import schema

            return schema.run
        case _:
            from flux_desktop.cli import local_endpoint

            return local_endpoint.run


if __name__ == "__main__":
    sys.exit(main())
