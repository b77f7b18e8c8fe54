"""Traces as arrays: one row a reference turn, padded, with the holds that are scored."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from flux_desktop.evaluation.traces.replay import crossing_s, on_frame
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.traces.trace_table import crossings_s, on_frames, scored_holds, trace_table
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of

MESSAGES = messages_of("a|0.01 0.9 0.9 0.9", "a b|0.01 0.9")
TRACE = Trace(
    clip="c",
    messages=MESSAGES,
    setting=HIGHEST,
    turns=(turn(0.0, 0.2), turn(0.6, 1.2)),
    holds=(span(0.7, 0.95), span(0.1, 0.2), span(0.8, 0.9)),
    ignore=(span(1.1, 1.3),),
)


def test_a_row_is_a_reference_turn() -> None:
    table = trace_table([TRACE, Trace(clip="no truth", messages=MESSAGES)])
    assert table.turns == 2
    assert table.clips == 1
    np.testing.assert_allclose(table.times, [[0.24, 0.48, np.inf, np.inf], [0.72, 0.96, 1.2, 1.44]])
    np.testing.assert_allclose(table.confidence, [[0.01, 0.9, -1, -1], [-1, -1, 0.01, 0.9]])
    assert table.end_scored.tolist() == [True, False]
    assert table.next_s.tolist() == [0.6, np.inf]


def test_scored_holds_are_long_enough_in_a_turn_and_not_ignored() -> None:
    assert scored_holds(TRACE, 0) == []
    assert scored_holds(TRACE, 1) == [span(0.7, 0.95)]


def test_repeats_are_counted_by_clip() -> None:
    assert trace_table([TRACE, TRACE, TRACE]).repeats == 3
    once_more = trace_table([TRACE, *(replace(TRACE, clip=f"{number}") for number in range(38)), TRACE])
    assert once_more.repeats == (38 + 2 * 2) / 40, "one more recording of one clip halves nothing"
    assert once_more.different(np.ones(once_more.turns, dtype=np.int64)) == 39 * 2


def test_array_forms_equal_the_plain_ones() -> None:
    at, before = MESSAGES[1], MESSAGES[0]
    limits = np.array([0.3, 0.9, 0.95])
    crossings = crossings_s(
        np.array(at.audio_s), np.array(before.audio_s), np.array(at.confidence), np.array(before.confidence), limits
    )
    np.testing.assert_allclose(crossings, [crossing_s(MESSAGES, 1, limit) for limit in limits])
    np.testing.assert_allclose(on_frames(np.array([0.3]), np.array([0.48])), [on_frame(0.3, 0.48)])
