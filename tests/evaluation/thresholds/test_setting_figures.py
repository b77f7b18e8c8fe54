"""Figures of a setting: what ten hand-made turns give by hand, and what repeats are worth."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.statistics.intervals import Estimate, once, wilson
from flux_desktop.evaluation.thresholds.grid import evaluate
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures, setting_scores
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.evaluation.turns.turn_scoring import TurnOutcome
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of, played, random_clip

# Ten turns at 0.7 and a timeout of 1 s. Messages come every 0.24 s, a hold lasts from 0.3 to 0.8 s.
CUT = ("a|0.01 0.4 0.8", "a b|0.02 0.01 0.5 0.9")  # fires at 0.72 s, in the hold
HELD = ("a|0.01 0.4 0.6", "a b|0.02 0.01 0.5 0.9")  # the same hold without a decision; ends at 1.68 s
PLAIN = ("a b|0.02 0.01 0.5 0.9",)  # no hold; ends at 0.96 s
SLOW = ("a|0.01 0.2 0.3 0.4 0.4 0.5 0.5",)  # silence from 0.24 s on: the timeout ends it at 1.28 s
NEVER = ("a|0.01 0.2 0.3",)  # neither


def clip(name: str, stretches: tuple[str, ...], end_s: float, *, holds: bool = False) -> Trace:
    return Trace(
        clip=name,
        messages=messages_of(*stretches),
        setting=HIGHEST,
        turns=(turn(0.0, end_s),),
        holds=(span(0.3, 0.8),) if holds else (),
    )


TEN = [
    *(clip(f"cut {n}", CUT, 1.2, holds=True) for n in range(2)),
    *(clip(f"held {n}", HELD, 1.2, holds=True) for n in range(3)),
    *(clip(f"plain {n}", PLAIN, 0.5) for n in range(3)),
    clip("slow", SLOW, 0.24),
    clip("never", NEVER, 0.2),
]
AT = Setting(eot=0.7, timeout_ms=1000)


def test_ten_turns_by_hand() -> None:
    # Holds: 5 reached, 2 cut off. Turns: 2 of 10 cut off; 8 judged, of which 1 is missed and 1 ended by timeout.
    # Waits: held 1.68 - 1.2 = 0.48 s (three times; 0.5 at 1.44 s, 0.9 at 1.68 s: 1.56 s, frame 1.60 s, so 0.40 s),
    # plain 0.96 - 0.5 (0.5 at 0.72 s, 0.9 at 0.96 s: 0.84 s, frame 0.88 s, so 0.38 s), slow 1.24 s, frame 1.28 s, so
    # 1.04 s. In order: 0.38 0.38 0.38 0.40 0.40 0.40 1.04; the median is 0.40 s.
    figures = setting_figures(trace_table(TEN), AT)
    assert figures.cut_offs_per_hold == wilson(2, 5)
    assert figures.cut_offs_by_hold_length["0.2-0.5 s"] == wilson(2, 5)
    assert figures.cut_offs_per_turn == wilson(2, 10)
    assert figures.missed == wilson(1, 8)
    assert figures.ended_by_timeout == wilson(1, 8)
    assert figures.decision_latency_ms["p50"].value == pytest.approx(400)
    assert figures.eager_waste.n == 0


def test_scores_say_which_turns_they_are() -> None:
    scores = setting_scores(trace_table(TEN), AT)
    assert [score.clip for score in scores if any(turn.cut_offs for turn in score.turns)] == ["cut 0", "cut 1"]
    assert [score.turns[0].outcome for score in scores[-2:]] == [TurnOutcome.TIMEOUT, TurnOutcome.MISSED]
    assert scores[0].holds[0].cut_off == scores[0].turns[0].cut_offs[0]


def test_figures_equal_those_of_the_grid() -> None:
    table = trace_table([played(random_clip(f"clip {seed}", seed), HIGHEST) for seed in range(12)])
    setting = Setting(eot=0.8, eager=0.4, timeout_ms=1500)
    grid, figures = evaluate(table, (0.8,), (1500,), (0.4,)), setting_figures(table, setting)
    assert figures.cut_offs_per_hold == wilson(int(grid.holds_cut[0, 0]), int(grid.holds[0, 0]))
    assert figures.decision_latency_ms["p50"].value == pytest.approx(grid.wait_p50_ms[0, 0])
    assert figures.eager_lead_ms["p50"].value == pytest.approx(grid.eager_lead_p50_ms[0, 0], abs=0.1)
    assert figures.eager_waste == wilson(int(grid.eager_resumed[0, 0, 0]), int(grid.eager_ends[0, 0, 0]))
    assert figures.extra_replies_per_turn.value == pytest.approx(grid.extra_replies[0, 0, 0])


def test_repeats_make_no_interval_narrower() -> None:
    once_only, thrice = trace_table(TEN), trace_table([*TEN, *TEN, *TEN])
    one, three = setting_figures(once_only, AT), setting_figures(thrice, AT)
    assert three.cut_offs_per_hold == one.cut_offs_per_hold
    assert three.decision_latency_ms["p50"] == one.decision_latency_ms["p50"]
    assert three.decision_latency_ms["p90"] == one.decision_latency_ms["p90"] == Estimate(n=7)
    shared = wilson(1 / 9 * 3, 3)
    assert once(wilson(1, 9), 3) == Estimate(1 / 9, shared.low, shared.high, 3)
    assert (shared.high or 0) > (wilson(0, 3).high or 0), "a cut-off in one repeat is more than none"
    assert once(Estimate(), 3) == Estimate()
