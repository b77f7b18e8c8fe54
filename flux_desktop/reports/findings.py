"""What an experiment or a capacity search found, kept beside its sessions so that lists and reports show it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import ProblemError
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.reports.files import write_whole

EXPERIMENT_FILE = "experiment.json"
EVIDENCE = frozenset({"DONE", "PASS", "FAIL"})
"""Verdicts of runs whose figures prove something."""


class ExperimentReport(Struct, frozen=True, kw_only=True):
    """Sentences, a table, and for a sweep the curve of the best settings."""

    schema: int = 1
    title: str
    finding: str = ""
    """The result in a few words, for lists: ``B better``."""
    answer: str = ""
    """The result in one sentence, which heads a report; empty: `finding` says all."""
    passed: bool | None = None
    """Whether the experiment met what it checks; None where it checks nothing."""
    sentences: list[str]
    headings: list[str]
    rows: list[list[str]]
    curve: list[tuple[float, float]] = []
    """Wait in ms and cut-offs in percent of the holds."""
    curve_label: str = ""


def keep_experiment(folders: Iterable[Path | None], report: ExperimentReport) -> None:
    """Keep what was found beside each of its sessions; a folder that cannot be written to is left out. Blocks."""
    for folder in folders:
        if folder is not None and folder.is_dir():
            with contextlib.suppress(ProblemError):
                write_whole(folder / EXPERIMENT_FILE, msgspec.json.encode(report))


def read_experiment(folder: Path) -> ExperimentReport | None:
    """What the experiment that a session is part of has found; None where there is none. Blocks."""
    try:
        return msgspec.json.decode((folder / EXPERIMENT_FILE).read_bytes(), type=ExperimentReport)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return None


def read_capacity(folder: Path) -> CapacityReport | None:
    """The capacity search of a session; None if it was none."""
    try:
        return msgspec.json.decode((folder / REPORT_FILE).read_bytes(), type=CapacityReport)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return None


def found_sentence(verdict: str, capacity: CapacityReport | None, experiment: ExperimentReport | None) -> str:
    """What the search or experiment that a run is part of has found; empty where it is none, or proves nothing."""
    if capacity is not None and capacity.result is not None:
        return capacity.sentence
    if experiment is not None and experiment.finding and verdict in EVIDENCE:
        return f"{experiment.title}: {experiment.answer or f'{experiment.finding}.'}"
    return ""
