"""Eager ends as arrays: counted up to the end of the turn, with the lead of the last one."""

from __future__ import annotations

import numpy as np

from flux_desktop.evaluation.thresholds.eager_ends import counts_at, eager_states
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.hand_made import turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of

TABLE = trace_table(
    [
        Trace(
            clip="c",
            messages=messages_of("a|0.01 0.5", "a b|0.01 0.5 0.9"),
            setting=HIGHEST,
            turns=(turn(0.0, 0.7),),
        )
    ]
)


def test_states_follow_the_messages() -> None:
    states = eager_states(TABLE, (0.4, 0.8))
    assert states.ends[:, 0].tolist() == [[0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 1]]
    assert states.resumed[:, 0].tolist() == [[0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0]]
    assert np.isfinite(states.since_s[0, 0]).tolist() == [False, False, True, False, True, True]


def test_counts_stop_at_the_end_of_the_turn() -> None:
    states = eager_states(TABLE, (0.4,))
    at_end = counts_at(states, np.array([[4]]), np.array([[1.12]]))
    assert (at_end.ends[0, 0, 0], at_end.resumed[0, 0, 0]) == (2, 1)
    np.testing.assert_allclose(at_end.lead_s[0, 0, 0], 0.16, atol=1e-6)
    before = counts_at(states, np.array([[3]]), np.array([[0.8]]))
    assert before.ends[0, 0, 0] == 1, "the second eager end, at 0.96 s, came after the timeout"
    assert np.isnan(before.lead_s[0, 0, 0])
    never = counts_at(states, np.array([[5]]), np.array([[np.inf]]))
    assert never.ends[0, 0, 0] == 2
    assert np.isnan(never.lead_s[0, 0, 0])
