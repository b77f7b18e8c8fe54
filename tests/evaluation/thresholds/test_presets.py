"""Presets: the fastest setting within a limit, or how much data is missing."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.statistics.intervals import Side, decides, wilson
from flux_desktop.evaluation.thresholds.grid import evaluate
from flux_desktop.evaluation.thresholds.presets import LIMITS, Preset, PresetLimit, holds_needed, presets
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.traces.trace_table import TraceTable, trace_table
from tests.evaluation.hand_made import span, turn
from tests.evaluation.spoken_clips import HIGHEST, messages_of


def holds(count: int, peaks: tuple[float, ...] = (0.6, 0.75, 0.85)) -> TraceTable:
    """Turns with a hold each, whose confidence rises to one of `peaks`, and to 0.99 after the end."""
    return trace_table(
        [
            Trace(
                clip=f"clip {n}",
                messages=messages_of(
                    f"a|0.01 0.3 {peaks[n % len(peaks)]}", "a b|0.02 0.01 0.5 0.7 0.8 0.9 0.99 0.99 0.99"
                ),
                setting=HIGHEST,
                turns=(turn(0.0, 1.2),),
                holds=(span(0.3, 0.8),),
            )
            for n in range(count)
        ]
    )


def preset_of(table: TraceTable, limit: float, eots: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9)) -> Preset:
    return presets(table, evaluate(table, eots, (5000,), (0.3, 0.5)), [PresetLimit("own", limit)])[0]


def test_the_fastest_setting_within_the_limit() -> None:
    # Cut off: all at 0.5, two thirds at 0.7, one third at 0.8, none at 0.9. 200 holds without any prove below 1.9 %.
    table = holds(200)
    preset = preset_of(table, 0.02)
    assert preset.setting is not None
    assert preset.setting.eot == 0.9
    assert preset.setting.eager is None, "an eager end in the hold would be in vain more often than allowed"
    assert preset.figures is not None
    assert preset.figures.cut_offs_per_hold == wilson(0, 200)
    wider = preset_of(table, 0.45)
    assert wider.setting is not None
    assert wider.setting.eot == 0.8, "the limit can be edited"


def test_an_eager_threshold_is_named_where_it_pays() -> None:
    preset = preset_of(holds(200, peaks=(0.1,)), 0.02, (0.9,))
    assert preset.setting is not None
    assert preset.setting.eager == 0.5, "the one of 0.3 comes in every hold, in vain"


def test_too_few_holds_decide_nothing_and_the_missing_ones_are_counted() -> None:
    preset = preset_of(holds(59), 0.05)
    assert preset.setting is None
    assert preset.holds_needed == holds_needed(0.0, 0.05, 59)
    assert f"This data does not decide it: {preset.holds_needed} more holds are needed" in preset.undecided


@pytest.mark.parametrize(("share", "limit", "holds"), [(0.0, 0.05, 10), (0.01, 0.02, 100), (0.03, 0.05, 0)])
def test_the_holds_needed_are_just_enough(share: float, limit: float, holds: int) -> None:
    needed = holds_needed(share, limit, holds)
    assert needed is not None
    n = max(1, holds) + needed - (0 if holds else 1)
    assert decides(wilson(share * n, n), limit) is Side.BELOW


def test_a_limit_that_no_setting_meets() -> None:
    table = holds(100, peaks=(0.95,))
    preset = preset_of(table, 0.1)
    assert preset.setting is None
    assert preset.undecided == "No setting stays within 10 %: the most patient one cuts off 100.0 % of the holds."
    few = preset_of(holds(4, peaks=(0.95, 0.1)), 0.3)
    assert "cuts off 50.0 % of 4 holds, which is not below 30 % at 95 % confidence" in few.undecided


def test_without_holds_nothing_is_decided() -> None:
    assert "it has no holds" in preset_of(trace_table([]), 0.1).undecided


def test_settings_that_end_too_few_turns_are_named_as_the_reason() -> None:
    never = Trace(
        clip="c",
        messages=messages_of("a|0.01 0.3 0.1", "a b|0.02 0.01 0.2 0.2 0.3 0.3 0.3 0.3 0.3"),
        setting=HIGHEST,
        turns=(turn(0.0, 1.2),),
        holds=(span(0.3, 0.8),),
    )
    assert preset_of(trace_table([never]), 0.1).undecided.endswith("every setting misses more than 5 % of the turns.")
    # At 0.995 none of 59 holds is cut off, and no turn is ended; 5 % is proved by 73 holds, 6 % by 61, 7 % by 52.
    undecided = preset_of(holds(59, peaks=(0.6, 0.75, 0.85, *(0.1,) * 56)), 0.07, (0.7, 0.995)).undecided
    assert undecided.endswith("Settings that stay below 7 % miss more than 5 % of the turns."), undecided


def test_the_three_uses() -> None:
    assert [(limit.name, limit.cut_share_max) for limit in LIMITS] == [
        ("fast", 0.10),
        ("balanced", 0.05),
        ("patient", 0.02),
    ]
