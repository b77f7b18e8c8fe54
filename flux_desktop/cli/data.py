"""`flux-stress data`: what a data set contains, and its conversion to a manifest."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import redact_data
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.paths import STDOUT_NAMES, check_output, path_invalid
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.datasets.check import CheckResult, check
from flux_desktop.datasets.clip import DataSet
from flux_desktop.datasets.nemo import manifest
from flux_desktop.datasets.reader import MANIFEST_SUFFIXES, data_set_path, read_data_set
from flux_desktop.datasets.table import parse_columns
from flux_desktop.reports.files import write_whole

_SHOWN = 20
"""Bad entries and clipped files that are listed; the JSON has all."""


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        if args.action == "convert":
            _check_target(args)
        data_set = read_data_set(data_set_path(args.path), _columns(args.columns))
        return _convert(args, data_set) if args.action == "convert" else _check(args, data_set)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE


def _columns(text: str | None) -> dict[str, str]:
    try:
        return parse_columns(text) if text else {}
    except ValueError as error:
        raise ProblemError(Problem(code="option_unknown", what="--columns cannot be used.", why=str(error))) from None


def _check(args: argparse.Namespace, data_set: DataSet) -> int:
    total = len(data_set.clips)

    def show(done: int) -> None:
        print(f"\r{done:,} of {total:,} clips", end="" if done < total else "\r\x1b[K", file=sys.stderr, flush=True)

    result = check(data_set, show) if sys.stderr.isatty() else check(data_set)
    printer = Printer()
    if args.json:
        printer.line(plain_json(msgspec.json.encode(result).decode()))
    else:
        for line in check_lines(result):
            printer.line(plain(line))
    return ExitCode.USAGE if not result.clips or (result.bad and args.strict) else ExitCode.OK


def check_lines(result: CheckResult) -> list[str]:
    """The figures of a data set as lines of text."""
    minutes = result.seconds / 60
    lines = [
        f"format          {result.format}",
        f"clips           {result.clips:,}",
        f"one pass        {minutes:.1f} stream-minutes",
        f"sample rates    {_counts(result.sample_rates_hz, 'Hz')}",
        f"channels        {_counts(result.channels, '')}",
        f"without text    {result.without_text:,}",
        f"turns, holds    {result.turns:,}, {result.holds:,}",
        f"clipped         {len(result.clipped):,}",
        *(f"  {path}" for path in result.clipped[:_SHOWN]),
        f"not usable      {len(result.bad):,}",
        *(f"  {entry.where}: {entry.why}" for entry in result.bad[:_SHOWN]),
        *([f"keys not used   {_keys(result.unused)}"] if result.unused else []),
    ]
    hidden = max(0, len(result.clipped) - _SHOWN) + max(0, len(result.bad) - _SHOWN)
    return [*lines, f"  … and {hidden:,} more; --json lists all"] if hidden else lines


def _keys(unused: dict[str, int]) -> str:
    shown = ", ".join(f"{key} ({number:,})" for key, number in list(unused.items())[:_SHOWN])
    return f"{shown}, …" if len(unused) > _SHOWN else shown


def _counts(counts: Counter[int], unit: str) -> str:
    return ", ".join(f"{number:,} of {value} {unit}".rstrip() for value, number in sorted(counts.items()))


def _convert(args: argparse.Namespace, data_set: DataSet) -> int:
    for entry in data_set.bad:
        complain(plain(f"Left out: {entry.where}: {entry.why}"))
    if data_set.bad and args.strict:
        return ExitCode.USAGE
    target = Path(args.to)
    text = manifest(data_set.clips, target.parent)
    if args.to in STDOUT_NAMES:
        Printer().line(redact_data(text).rstrip("\n"))
        return ExitCode.OK
    write_whole(target, text.encode())
    complain(f"{amount(len(data_set.clips), 'clip')} written to {plain(args.to)}.")
    return ExitCode.OK


def _check_target(args: argparse.Namespace) -> None:
    """Require a name of manifests, and no file that the data set consists of. Raises `ProblemError`."""
    check_output("--to", args.to)
    if args.to in STDOUT_NAMES:
        return
    target, source = Path(args.to), data_set_path(args.path).resolve()
    is_special = target.exists() and not target.is_file()
    if not is_special and not target.name.lower().endswith(MANIFEST_SUFFIXES):
        raise path_invalid("--to", args.to, f"The name of a manifest ends in {', '.join(MANIFEST_SUFFIXES)}.")
    if target.exists() and source in (target.resolve(), *target.resolve().parents):
        why = "It belongs to the data set, of which it may state more. Choose a new name."
        raise path_invalid("--to", args.to, why)
