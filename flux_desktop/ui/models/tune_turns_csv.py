"""The turns at a setting as a table for spreadsheets. No Qt."""

from __future__ import annotations

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.reports.documents.machine import csv_text
from flux_desktop.ui.models.tune_turns import TurnEntry, TurnKind, turn_lists

HEAD = [
    "outcome",
    "clip",
    "turn_start_s",
    "turn_end_s",
    "decision_s",
    "eager_s",
    "cut_off_after_ms",
    "hold_ms",
    "wait_ms",
    "recordings",
    "repeats",
    "said",
    "rest",
    "eot_threshold",
    "eager_eot_threshold",
    "eot_timeout_ms",
]
"""Times are of the clip. `recordings` of `repeats` had this outcome; the figures are those of the first of them."""
_OUTCOMES = {TurnKind.CUT_OFF: "cut off", TurnKind.MISSED: "missed", TurnKind.WAIT: "ended"}


def turns_csv(table: TraceTable, setting: Setting) -> str:
    """One row for each turn, by clip; a turn whose recordings ended in different ways has a row for each way."""
    lists = turn_lists(table, setting, whole=True)
    entries = [*lists.cut_off, *lists.missed, *lists.longest]
    entries.sort(key=lambda entry: (entry.clip, entry.offset_s, entry.turn.start_s, entry.kind))
    return csv_text(HEAD, (_row(entry, setting) for entry in entries))


def _row(entry: TurnEntry, setting: Setting) -> list[object]:
    cut = entry.cut_hold
    at_s = entry.decision_s
    return [
        _OUTCOMES[entry.kind],
        entry.clip,
        entry.turn.start_s,
        entry.turn.end_s,
        None if at_s is None else round(at_s, 3),
        None if entry.eager_s is None else round(entry.eager_s, 3),
        None if cut is None or at_s is None else round((at_s - cut.start_s) * 1000),
        round(entry.hold_s * 1000) or None,
        round((entry.wait_s or 0.0) * 1000) if entry.kind is TurnKind.WAIT else None,
        entry.recordings,
        entry.repeats,
        entry.spoken_text,
        entry.rest,
        setting.eot,
        setting.eager,
        setting.timeout_ms,
    ]
