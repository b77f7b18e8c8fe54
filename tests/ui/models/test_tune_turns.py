"""Which turns are listed at a setting, and how their text is split at the decision."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.ui.models.tune_turns import WAITS_MAX, TurnKind, TurnOrder, ordered, split_text, turn_lists
from tests.ui.models import tuning


def test_turns_that_are_cut_off_are_listed_with_what_had_been_said() -> None:
    lists = turn_lists(trace_table(tuning.traces(6, long_holds=2)), Setting(eot=0.6))
    assert lists.cut_off_count == 2
    entry = lists.cut_off[0]
    assert entry.kind is TurnKind.CUT_OFF
    assert (entry.spoken_text, entry.rest) == ("i would like", "to move my booking")
    assert entry.cut_hold is not None
    assert entry.cut_hold.start_s == 3.0
    assert entry.decision_s is not None
    assert f"{entry.decision_s - 3.0:.2f} s" in entry.verdict
    assert entry.span.start_s < entry.turn.start_s
    assert entry.span.end_s > entry.turn.end_s
    assert "i would like | to move my booking" in entry.sentence


def test_an_eager_end_before_the_decision_is_given() -> None:
    table = trace_table(tuning.traces(6))
    assert turn_lists(table, Setting(eot=0.6)).cut_off[0].eager_s is None
    entry = turn_lists(table, Setting(eot=0.6, eager=0.3)).cut_off[0]
    assert entry.eager_s is not None
    assert entry.decision_s is not None
    assert 3.0 < entry.eager_s < entry.decision_s


def test_the_longest_waits_come_first() -> None:
    lists = turn_lists(trace_table(tuning.traces(30, long_holds=0)), Setting(eot=0.85))
    waits = [entry.wait_s or 0.0 for entry in lists.longest]
    assert len(waits) == WAITS_MAX
    assert waits == sorted(waits, reverse=True)
    assert lists.longest[0].rest == ""
    assert lists.cut_off == lists.missed == ()


def test_another_order_is_by_clip_or_by_hold() -> None:
    entries = turn_lists(trace_table(tuning.traces(12, long_holds=6)), Setting(eot=0.6)).cut_off
    assert ordered(entries, TurnOrder.WORST) == entries
    by_clip = [entry.clip for entry in ordered(entries[::-1], TurnOrder.CLIP)]
    assert by_clip == sorted(by_clip)
    by_hold = [entry.hold_s for entry in ordered(entries[::-1], TurnOrder.HOLD)]
    assert by_hold == sorted(by_hold, reverse=True)
    assert by_hold[0] > 0


def test_all_turns_are_counted_and_the_whole_list_has_them() -> None:
    table = trace_table(tuning.traces(30, long_holds=0))
    lists = turn_lists(table, Setting(eot=0.85))
    assert len(lists.longest) == WAITS_MAX < lists.longest_count
    assert len(turn_lists(table, Setting(eot=0.85), whole=True).longest) == lists.longest_count


def test_turns_that_nothing_ends_are_missed() -> None:
    # The confidence never exceeds 0.99, and the timeout is longer than the silence after the last turn.
    lists = turn_lists(trace_table(tuning.traces(3, long_holds=0)), tuning.HIGHEST)
    assert lists.missed_count == 6
    assert lists.missed[0].decision_s is None
    assert "3 s" in lists.missed[0].verdict


def test_a_clip_recorded_several_times_is_listed_once() -> None:
    repeats = [
        tuning.trace(0, 1.6),
        tuning.trace(0, 1.6, repeat=1),
        tuning.trace(1, 0.3),
        tuning.trace(1, 0.3, repeat=1),
    ]
    lists = turn_lists(trace_table(repeats), Setting(eot=0.6))
    assert lists.cut_off_count == 1
    assert "2 of 2" in lists.cut_off[0].verdict
    unequal = turn_lists(trace_table([*repeats, tuning.trace(2, 1.6)]), Setting(eot=0.6))
    assert [each.repeats for each in unequal.cut_off] == [2, 1], "of that clip"


@pytest.mark.parametrize(
    ("transcript", "spoken_text"),
    [
        ("", ""),
        ("The account is four four", "the account is four four"),
        ("the count is four", "the account is four"),
        ("the account is, four four one seven", "the account is four four one seven"),
        ("account is four", "the account is four"),
    ],
)
def test_the_text_is_split_where_the_transcript_ends(transcript: str, spoken_text: str) -> None:
    whole = "the account is four four one seven"
    assert split_text(whole, transcript) == (spoken_text, whole[len(spoken_text) :].strip())
