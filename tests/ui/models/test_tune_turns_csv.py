"""The turns at a setting as a table: every judged turn, with its outcome and the setting."""

from __future__ import annotations

import csv
import io
from collections import Counter

import msgspec

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.ui.models.tune_turns import turn_lists
from flux_desktop.ui.models.tune_turns_csv import HEAD, turns_csv
from tests.ui.models import tuning


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_turn_has_a_row() -> None:
    table, setting = trace_table(tuning.traces(30, long_holds=4)), Setting(eot=0.6, eager=0.3, timeout_ms=4000)
    turn_rows = rows(turns_csv(table, setting))
    lists = turn_lists(table, setting)
    assert list(turn_rows[0]) == HEAD
    counts = Counter(row["outcome"] for row in turn_rows)
    assert (counts["cut off"], counts["ended"]) == (lists.cut_off_count, lists.longest_count)
    assert [row["clip"] for row in turn_rows] == sorted(row["clip"] for row in turn_rows)
    cut = next(row for row in turn_rows if row["outcome"] == "cut off")
    assert (cut["said"], cut["rest"], cut["wait_ms"]) == ("i would like", "to move my booking", "")
    assert 0 < int(cut["cut_off_after_ms"]) <= int(cut["hold_ms"])
    ended = next(row for row in turn_rows if row["outcome"] == "ended")
    assert int(ended["wait_ms"]) > 0
    assert (ended["eot_threshold"], ended["eager_eot_threshold"], ended["eot_timeout_ms"]) == ("0.6", "0.3", "4000")


def test_no_text_is_a_formula_to_a_spreadsheet() -> None:
    trace = tuning.traces(1, long_holds=0)[0]
    evil = msgspec.structs.replace(
        trace, turns=tuple(SpokenTurn(text="=1+1", start_s=t.start_s, end_s=t.end_s) for t in trace.turns)
    )
    assert {row["said"] for row in rows(turns_csv(trace_table([evil]), Setting(eot=0.85)))} == {"'=1+1"}
