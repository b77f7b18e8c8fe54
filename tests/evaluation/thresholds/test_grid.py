"""The grid: the same first ends as replays one by one, and figures that follow from them."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.evaluation.thresholds.grid import evaluate, first_ends, judge, percentiles_ms
from flux_desktop.evaluation.traces.replay import replay
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.traces.trace_table import TraceTable, trace_table
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of, played, random_clip

EOTS, TIMEOUTS_MS, EAGERS = (0.5, 0.65, 0.8, 0.95), (500, 1500, 10_000), (0.3, 0.5, 0.8)


@pytest.fixture(scope="module")
def table() -> TraceTable:
    return trace_table([played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(12)])


def test_every_setting_of_the_grid_equals_its_replay(table: TraceTable) -> None:
    ends = first_ends(table, EOTS, TIMEOUTS_MS)
    grid = evaluate(table, EOTS, TIMEOUTS_MS, EAGERS)
    for k, eot in enumerate(EOTS):
        for t, timeout_ms in enumerate(TIMEOUTS_MS):
            for g, eager in enumerate(EAGERS):
                if eager > eot:
                    assert grid.eager_ends[k, t, g] == 0
                    continue
                judged = [
                    [each for each in replay(trace, eot, eager, timeout_ms) if each.judged] for trace in table.traces
                ]
                kinds = [each.kind for decisions in judged for each in decisions]
                assert grid.eager_ends[k, t, g] == kinds.count("eager")
                assert grid.eager_resumed[k, t, g] == kinds.count("resumed")
                replayed_ends = {
                    (place, each.turn): (each.at_s, each.trigger == "timeout")
                    for place, decisions in enumerate(judged)
                    for each in decisions
                    if each.kind == "end"
                }
                for row in range(table.turns):
                    at_s, by_timeout = replayed_ends.get(
                        (int(table.trace_of[row]), int(table.turn_of[row])), (np.inf, False)
                    )
                    assert ends.at_s[k, t, row] == pytest.approx(at_s)
                    assert ends.by_timeout[k, t, row] == by_timeout


def test_higher_thresholds_never_cut_off_more_speakers_and_longer_timeouts_never_shorten_the_wait(
    table: TraceTable,
) -> None:
    ends = first_ends(table, np.linspace(0.5, 1.0, 26), (500, 1000, 2000, 5000, 10_000))
    cut = judge(table, ends).cut
    assert (np.diff(cut.astype(int), axis=0) <= 0).all()
    later = np.diff(np.where(np.isfinite(ends.at_s), ends.at_s, 1e9), axis=1)
    assert (later >= 0).all()


def test_figures_of_hand_made_turns() -> None:
    # At 0.7: turn 1 is cut off in its only hold (0.4 at 0.48 s, 0.8 at 0.72 s: 0.66 s, frame 0.72 s).
    # Turn 2 ends 0.4 s after its end (0.01 at 0.96 s, 0.9 at 1.2 s: 1.146 s, frame 1.2 s). Turn 3 is missed: nothing
    # reaches 0.7 or the timeout.
    cut = Trace(
        clip="1",
        messages=messages_of("a|0.01 0.4 0.8", "a b|0.02 0.01 0.5 0.9"),
        setting=HIGHEST,
        turns=(turn(0.0, 1.2),),
        holds=(span(0.3, 0.8),),
    )
    ended = Trace(
        clip="2",
        messages=messages_of("a|0.01 0.2 0.02", "a b|0.01 0.9"),
        setting=HIGHEST,
        turns=(turn(0.0, 0.8),),
        holds=(span(0.3, 0.5),),
    )
    missed = Trace(clip="3", messages=messages_of("a|0.01 0.2 0.3"), setting=HIGHEST, turns=(turn(0.0, 0.2),))
    grid = evaluate(trace_table([cut, ended, missed]), (0.7,), (5000,), (0.5,))
    assert (grid.holds_cut[0, 0], grid.holds[0, 0]) == (1, 2)
    assert (grid.turns_cut[0, 0], grid.missed[0, 0], grid.timed_out[0, 0]) == (1, 1, 0)
    assert grid.cut_share[0, 0] == 0.5
    assert grid.wait_p50_ms[0, 0] == pytest.approx(400)
    assert grid.eager_ends[0, 0, 0] == 2
    assert grid.setting(0, 0, 0).text == "0.70 · eager 0.50 · 5 s"


def test_percentiles_leave_out_what_is_not_known() -> None:
    values_s = np.array([[0.3, np.nan, 0.1, 0.2], [np.nan] * 4])
    np.testing.assert_allclose(percentiles_ms(values_s, (0.5, 0.9)), [[200, np.nan], [300, np.nan]])


def test_a_grid_of_no_turns_is_empty() -> None:
    grid = evaluate(trace_table([]))
    assert grid.holds.sum() == 0
    assert np.isnan(grid.cut_share).all()


def test_an_eager_threshold_above_the_other_one_is_no_setting() -> None:
    trace = Trace(clip="c", messages=messages_of("a|0.1"), setting=HIGHEST, turns=(turn(0.0, 0.2),))
    grid = evaluate(trace_table([trace]), (0.5, 0.8), (1000, 5000), (0.3, 0.5, 0.6, 0.9))
    assert grid.settings == 2 * ((1 + 2) + (1 + 3))
    known = np.isfinite(grid.extra_replies).sum()
    assert known == grid.settings - 2 * 2, "and those with eager off"


def test_by_default_only_what_the_traces_can_answer_is_evaluated() -> None:
    at_most = Trace(
        clip="c", messages=messages_of("a|0.1"), setting=Setting(eot=0.8, timeout_ms=5000), turns=(turn(0.0, 0.2),)
    )
    grid = evaluate(trace_table([at_most]))
    assert (grid.eots[0], grid.eots[-1], grid.timeouts_ms[-1]) == (0.5, 0.8, 5000)
