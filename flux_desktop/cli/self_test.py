"""`flux-stress self-test`: what works here and what to do about the rest, one line each."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from flux_desktop.base.plain_text import plain
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.streams import Printer
from flux_desktop.engine.self_test.quick_checks import Finding, quick_findings
from flux_desktop.engine.self_test.self_test import SelfTest

_NAME_CHARS = 16


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status: 0 only where nothing is wrong."""
    printer = Printer()

    def tell(found: Finding) -> None:
        printer.line(line(found))

    if args.quick:
        findings = list(quick_findings())
        for found in findings:
            tell(found)
        wrong = sum(found.problem is not None for found in findings)
    else:
        test = SelfTest(tell, Path(args.picture).resolve() if args.picture else None)
        asyncio.run(test.run())
        wrong = test.wrong
    printer.line("Everything works." if not wrong else f"{wrong} of the lines above say what to do.")
    return ExitCode.CONNECTION_FAILED if wrong else ExitCode.OK


def line(found: Finding) -> str:
    """A finding as one line: ok and what was seen, or what is wrong and what to do."""
    words = found.said if found.problem is None else found.problem.sentence()
    return f"{'ok' if found.problem is None else 'WRONG':5}  {found.name:{_NAME_CHARS}} {plain(words)}"
