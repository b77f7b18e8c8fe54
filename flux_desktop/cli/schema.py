"""`flux-stress schema`: the JSON Schema of everything that is printed with `--json`, or kept as JSON in a session."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from flux_desktop.cli import arguments
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.datasets.check import CheckResult
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.comparing.isolation import IsolationResult
from flux_desktop.evaluation.thresholds.sweep_report import SweepReport
from flux_desktop.experiments.ab import AbReport
from flux_desktop.flux.probe_findings import ProbeReport
from flux_desktop.reports.connection_line import ConnectionLine
from flux_desktop.reports.documents.comparison import Comparison
from flux_desktop.reports.documents.report_parts import SessionReport
from flux_desktop.reports.findings import ExperimentReport
from flux_desktop.reports.json_schema import json_schema
from flux_desktop.reports.run_result import FinalSummary
from flux_desktop.reports.sessions.facts import SessionList
from flux_desktop.reports.sessions.trend import Trend

KINDS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "summary": (FinalSummary, "file, microphone and summary with --json"),
    "connection": (ConnectionLine, "a line of --summary-jsonl"),
    "report": (SessionReport, "report with --format json"),
    "compare": (Comparison, "compare with --json"),
    "sweep": (SweepReport, "sweep with --json"),
    "ab": (AbReport, "ab with --json"),
    "isolation": (IsolationResult, "isolation with --json"),
    "capacity": (CapacityReport, "capacity with --json, and capacity.json in a session"),
    "probe": (ProbeReport, "probe with --json"),
    "experiment": (ExperimentReport, "experiment.json in a session: what an experiment found"),
    "sessions": (SessionList, "sessions list, search and show with --json"),
    "trend": (Trend, "sessions trend with --json"),
    "data": (CheckResult, "data check with --json"),
}
_NOT_ENCODED = {"report": ("latencies",)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = "; ".join(f"{name}: {about}" for name, (_, about) in KINDS.items())
    parser.add_argument("kind", nargs="?", choices=tuple(KINDS), metavar="KIND", help=kinds.replace("%", "%%"))
    arguments.add_log_level(parser, "WARNING")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    printer = Printer()
    if args.kind is None:
        complain("Give one of these:")
        for name, (_, about) in KINDS.items():
            printer.line(f"{name:<12}{about}")
        return ExitCode.OK
    printer.line(msgspec.json.format(msgspec.json.encode(schema_of(args.kind)), indent=2).decode())
    return ExitCode.OK


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind."""
    return json_schema(KINDS[kind][0], kind, without=_NOT_ENCODED.get(kind, ()))
