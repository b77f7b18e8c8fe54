"""`flux-stress list-endpoints`: the account's SageMaker endpoints as a table."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flux_desktop.aws.account.catalogue import Access, EndpointSummary, list_endpoints
from flux_desktop.aws.account.configuration import resolved_region
from flux_desktop.aws.account.credentials import load_credentials
from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.streams import Printer, complain

_TIME = "%Y-%m-%d %H:%M:%S"
_COLUMNS = ("ENDPOINT NAME", "STATUS", "CREATED", "LAST MODIFIED")
_STYLES = {"ok": "green", "warn": "yellow", "danger": "red"}
"""The colour of each tone of a status."""
_RULED = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""Columns separated by blanks, with a rule below the header."""
_WIDTH_MAX = 400
"""An endpoint's name has at most 63 characters."""


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        access = Access(
            region=resolved_region(args.region, args.profile),
            profile=args.profile,
            endpoint_url=args.endpoint_url,
            ca_file=args.ca_bundle,
            credentials=asyncio.run(load_credentials(args.profile)),
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
    """The table and its number of rows, times in the local zone; escapes for colour only if `coloured`.

    No cell is cut or wrapped, whatever the terminal's width: scripts read these lines.
    """
    table = Table(*_COLUMNS, box=_RULED, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="")
    for each in endpoints:
        status = Text(plain(each.status), style=_STYLES.get(STATUS_TONES.get(each.status, ""), ""))
        table.add_row(Text(plain(each.name)), status, _time(each.created_s), _time(each.modified_s))
    console = Console(
        file=io.StringIO(),
        width=_WIDTH_MAX,
        force_terminal=coloured,
        color_system="standard" if coloured else None,
        no_color=False,
    )
    with console.capture() as capture:
        console.print(table)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    return [*lines, amount(len(endpoints), "endpoint")]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime(_TIME)
