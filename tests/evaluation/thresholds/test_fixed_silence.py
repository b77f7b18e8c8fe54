"""The baseline of a fixed silence: from the lengths of the holds alone."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.evaluation.thresholds.fixed_silence import fixed_silence
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of


def test_every_hold_longer_than_the_silence_is_cut_off_and_the_rest_of_its_turn_is_not_judged() -> None:
    trace = Trace(
        clip="c",
        messages=messages_of("a|0.1"),
        setting=HIGHEST,
        turns=(turn(0.0, 5.0),),
        holds=(span(1.0, 1.4), span(2.0, 3.0), span(4.0, 4.8)),
    )
    points = fixed_silence(trace_table([trace, trace]), (300, 900, 1500))
    assert [(point.holds_cut, point.holds, point.wait_ms) for point in points] == [
        (1, 1, 300),
        (1, 2, 900),
        (0, 3, 1500),
    ], "repeats count once"
    assert points[1].cut_share == 0.5
    twice = [replace(trace, clip=name) for name in "cd"]
    lost = fixed_silence(trace_table([trace, trace, trace, *twice[1:], *twice[1:]]), (900,))
    assert [(point.holds_cut, point.holds) for point in lost] == [(2, 4)], "a clip without its third repeat counts"
    assert fixed_silence(trace_table([]), (300,))[0].cut_share is None


def test_a_hold_as_long_as_the_silence_is_cut_off_whatever_its_place() -> None:
    holds = tuple(span(start_s, round(start_s + 0.3, 2)) for start_s in (1.1, 1.2, 3.3))
    assert len({hold.end_s - hold.start_s >= 0.3 for hold in holds}) == 2, "by the rounding of the times"
    traces = [
        Trace(clip=f"{place}", messages=messages_of("a|0.1"), setting=HIGHEST, turns=(turn(0.0, 9.0),), holds=(hold,))
        for place, hold in enumerate(holds)
    ]
    (point,) = fixed_silence(trace_table(traces), (300,))
    assert (point.holds_cut, point.holds) == (3, 3)
