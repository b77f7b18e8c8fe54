"""`flux-stress self-test`: one line per check, with what to do about each that fails."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import check_output
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult, quick_findings
from flux_desktop.engine.self_test.self_test import SelfTest

_NAME_CHARS = 16


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status: 0 only if every check passed."""
    printer = Printer()
    if args.picture:
        try:
            check_output("--picture", args.picture)
        except ProblemError as error:
            complain(plain(error.problem.sentence()))
            return ExitCode.USAGE

    def print_finding(finding: QuickCheckResult) -> None:
        printer.line(line(finding))

    if args.quick:
        findings = list(quick_findings())
        for finding in findings:
            print_finding(finding)
        failed = sum(finding.problem is not None for finding in findings)
    else:
        test = SelfTest(print_finding, Path(os.path.abspath(args.picture)) if args.picture else None)
        asyncio.run(test.run())
        failed = test.failed
    if failed:
        printer.line(f"{amount(failed, 'check')} failed; see the hints above.")
        return ExitCode.CONNECTION_FAILED
    printer.line("All checks passed.")
    return ExitCode.OK


def line(finding: QuickCheckResult) -> str:
    """A finding as one line: ok and the observation, or what failed and what to do."""
    text = finding.observation if finding.problem is None else finding.problem.sentence()
    return f"{'ok' if finding.problem is None else 'FAILED':6}  {finding.name:{_NAME_CHARS}} {plain(text)}"
