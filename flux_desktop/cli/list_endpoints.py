"""`flux-stress list-endpoints`: the account's SageMaker endpoints as a table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from flux_desktop.aws.account.catalogue import Access, EndpointSummary, list_endpoints
from flux_desktop.aws.account.configuration import resolved_region
from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.streams import Printer, complain

_TIME = "%Y-%m-%d %H:%M:%S"
_COLOURS = {"ok": "32", "warn": "33", "danger": "31"}
"""Escape code of each tone of a status."""


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        access = Access(
            region=resolved_region(args.region, args.profile),
            profile=args.profile,
            endpoint_url=args.endpoint_url,
            ca_file=args.ca_bundle,
        )
        endpoints = list_endpoints(access, status=args.status)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    printer = Printer()
    for line in table_lines(endpoints, coloured=coloured):
        printer.line(line)
    return ExitCode.OK


def table_lines(endpoints: Sequence[EndpointSummary], *, coloured: bool) -> list[str]:
    """The table, times in the local zone; escapes for colour only where `coloured`."""
    header = ("ENDPOINT NAME", "STATUS", "CREATED", "LAST MODIFIED")
    rows = [(plain(each.name), plain(each.status), _time(each.created_s), _time(each.modified_s)) for each in endpoints]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(4)]
    rule = "-" * (sum(widths) + 2 * 3)
    lines = [rule, _row(header, widths), rule]
    for row in rows:
        line = _row(row, widths)
        colour = _COLOURS.get(STATUS_TONES.get(row[1], ""))
        if coloured and colour:
            start = widths[0] + 2
            end = start + len(row[1])
            line = f"{line[:start]}\x1b[{colour}m{line[start:end]}\x1b[0m{line[end:]}"
        lines.append(line)
    return [*lines, rule, f"{len(rows)} {'endpoint' if len(rows) == 1 else 'endpoints'}"]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime(_TIME)
