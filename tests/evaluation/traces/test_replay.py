"""Replay: the same decisions as the built-in endpoint makes live, as intervals between messages."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_desktop.evaluation.thresholds.replay_error import compare, live_decisions, replay_error
from flux_desktop.evaluation.traces.replay import ReplayedDecision, armed_from, crossing_s, on_frame, parts, replay
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent
from tests.evaluation.hand_made import turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of, played, random_clip

SETTINGS = [
    Setting(eot=eot, eager=eager, timeout_ms=timeout_ms)
    for eot, eager, timeout_ms in (
        *product((0.5, 0.7, 0.9), (None, 0.3, 0.5), (1000, 5000)),
        (0.6, 0.4, 1500),
        (0.8, 0.8, 3000),
        (0.85, None, 700),
        (0.9, 0.9, 2000),
        (0.95, 0.7, 500),
        (0.99, None, 10_000),
        (1.0, 0.6, 2500),
        (1.0, None, 600),
    )
]


def ends(decisions: list[ReplayedDecision]) -> list[tuple[float, float, str | None, bool]]:
    return [(each.after_s, each.until_s, each.trigger, each.judged) for each in decisions if each.kind == "end"]


def test_replay_equals_live_runs_of_the_built_in_endpoint() -> None:
    comparisons, kinds = [], Counter[tuple[DetectorEvent, str | None]]()
    for seed in range(7):
        clip = random_clip(f"clip {seed}", seed)
        recorded = played(clip, HIGHEST)
        for setting in SETTINGS:
            live = played(clip, setting, silence_s=min(10.4, setting.timeout_ms / 1000 + 1.5))
            kinds.update((decision.event, decision.trigger) for decision in live_decisions(live))
            comparisons.append(compare(live, recorded))
    error = replay_error(comparisons)
    print(f"{len(SETTINGS)} settings: {error}; live: {dict(kinds)}")
    assert len(SETTINGS) >= 20
    assert [difference for each in comparisons for difference in each.differences] == []
    assert error.same >= 500
    assert error.unseen <= 0.06 * error.decisions, "what two messages hide is rare"
    assert {(DetectorEvent.END, "model"), (DetectorEvent.END, "timeout"), (DetectorEvent.EAGER, None)} <= set(kinds)
    assert error.error_ms.value is not None
    assert abs(error.error_ms.value) < 40, "less than half a frame"


def test_a_decision_is_an_interval_and_only_the_first_end_of_a_turn_is_judged() -> None:
    # Confidence by message: the first hold crosses 0.7 between 0.48 and 0.72 s, the end between 1.44 and 1.68 s.
    messages = messages_of("a|0.01 0.4 0.8", "a b|0.02 0.01 0.5 0.9")
    trace = Trace(clip="c", messages=messages, setting=HIGHEST, turns=(turn(0.0, 1.2),))
    assert ends(replay(trace, 0.7, None, 5000)) == [(0.48, 0.72, "model", True), (1.44, 1.68, "model", False)]
    assert ends(replay(trace, 0.85, None, 5000)) == [(1.44, 1.68, "model", True)]


def test_an_eager_end_is_taken_back_by_speech_and_comes_before_its_end() -> None:
    messages = messages_of("a|0.01 0.5", "a b|0.01 0.5 0.9")
    trace = Trace(clip="c", messages=messages, setting=HIGHEST, turns=(turn(0.0, 0.72),))
    decisions = replay(trace, 0.8, 0.4, 5000)
    assert [each.kind for each in decisions] == ["eager", "resumed", "eager", "end"]
    assert [each.until_s for each in decisions] == [0.48, 0.72, 0.96, 1.2]
    together = replay(trace, 0.5, 0.5, 5000)
    assert [(each.kind, each.until_s) for each in together] == [
        ("eager", 0.48),
        ("end", pytest.approx(0.56)),
        ("eager", 0.96),
        ("end", pytest.approx(1.04)),
    ], "an end needs a frame after its eager end"
    assert [each.certain for each in together if each.kind == "end"] == [False, True]


def test_a_timeout_counts_from_the_end_of_speech() -> None:
    messages = messages_of("a|0.01 0.3 0.31 0.32 0.33 0.34")
    trace = Trace(clip="c", messages=messages, setting=HIGHEST, turns=(turn(0.0, 0.24),))
    (decision,) = replay(trace, 0.9, None, 500)
    assert decision.trigger == "timeout"
    assert decision.after_s <= 0.24 + 0.5 <= decision.until_s
    assert decision.at_s == pytest.approx(0.8), "0.74 s on the 80 ms frames of the server"
    assert not replay(trace, 0.9, None, 5000)


def test_what_an_ended_turn_leaves_behind_decides_nothing() -> None:
    messages = messages_of("a|0.01 0.9 0.9 0.9", "a b|0.01 0.9")
    two = Trace(clip="c", messages=messages, setting=HIGHEST, turns=(turn(0.0, 0.2), turn(0.6, 1.2)))
    assert [(each.turn, each.until_s, each.judged) for each in replay(two, 0.7, None, 5000)] == [
        (0, 0.48, True),
        (1, pytest.approx(1.44), True),
    ]
    assert [(part.first, part.stop) for part in parts(two)] == [(0, 2), (2, 6)]
    assert armed_from(messages, 2, 6) == 4
    unknown = Trace(clip="c", messages=messages, setting=HIGHEST)
    assert [part.turn for part in parts(unknown)] == [0], "without reference turns, the recorded ones"


def test_a_crossing_is_interpolated_to_a_frame() -> None:
    messages = messages_of("a|0.1 0.5")
    assert crossing_s(messages, 1, 0.3) == pytest.approx(0.40), "0.36 s, in the frame that ends at 0.40 s"
    assert crossing_s(messages, 1, 0.5) == pytest.approx(0.48)
    assert crossing_s(messages, 0, 0.05) == pytest.approx(0.24)
    assert on_frame(0.32, 0.48) == pytest.approx(0.32)


TRACES = [played(random_clip(f"clip {seed}", seed, turns=1), HIGHEST) for seed in range(100, 106)]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TRACES),
    st.floats(0.5, 1.0),
    st.floats(0.0, 0.5),
    st.integers(500, 10_000),
    st.integers(0, 5000),
)
def test_a_higher_threshold_or_a_longer_timeout_never_ends_a_turn_earlier(
    trace: Trace, eot: float, more: float, timeout_ms: int, longer_ms: int
) -> None:
    def end_s(threshold: float, timeout: int) -> float:
        ends_s = [each.at_s for each in replay(trace, threshold, None, timeout) if each.kind == "end" and each.judged]
        return ends_s[0] if ends_s else float("inf")

    assert end_s(min(1.0, eot + more), timeout_ms) >= end_s(eot, timeout_ms)
    assert end_s(eot, timeout_ms + longer_ms) >= end_s(eot, timeout_ms)
