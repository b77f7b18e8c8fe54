"""When the measuring machine itself makes a run INVALID, and the one way to change these limits."""

from __future__ import annotations

import pytest

from flux_desktop.engine.measuring.generator_limits import FACTOR_VARIABLE, GeneratorLimits, generator_limits
from flux_desktop.engine.records.facts import Percentiles, Verdict

USUAL = GeneratorLimits()


@pytest.mark.parametrize(
    ("pacing_ms", "lag_ms", "cpu_percent", "reason"),
    [
        (41.0, 1.0, 10.0, "audio was sent late"),
        (1.0, 41.0, 10.0, "the engine was late"),
        (1.0, 1.0, 91.0, "of a CPU core"),
    ],
)
def test_a_run_on_an_overloaded_machine_is_invalid_and_says_why(
    pacing_ms: float, lag_ms: float, cpu_percent: float, reason: str
) -> None:
    lag = Percentiles(n=1, p99_ms=lag_ms, max_ms=lag_ms)
    judged, reasons = USUAL.judge(Percentiles(n=1, p99_ms=pacing_ms), lag, cpu_percent)
    assert judged is Verdict.INVALID
    assert reason in reasons[0]
    assert len(reasons) == 1


def test_a_value_just_above_its_limit_is_shown_above_it() -> None:
    slightly = Percentiles(n=1, p99_ms=40.03)
    _, reasons = USUAL.judge(slightly, slightly, 90.4)
    assert [reason.rpartition(",")[0].rpartition("p99 ")[2] for reason in reasons[:2]] == ["40.03 ms", "40.03 ms"]
    assert reasons[2] == "the engine used 90.4 % of a CPU core, allowed 90 %"
    assert USUAL.late_answer("a", 2.04) == "generator a did not answer for 2.04 s, allowed 2 s"


def test_one_long_standstill_makes_a_long_run_invalid() -> None:
    lag = Percentiles(n=100_000, p99_ms=1.0, max_ms=1400.0)
    judged, reasons = USUAL.judge(Percentiles(), lag, 5.0)
    assert judged is Verdict.INVALID
    assert "stalled for 1400 ms" in reasons[0]


def test_a_sound_run_is_done() -> None:
    figures = Percentiles(n=10, p99_ms=3.0, max_ms=9.0)
    assert USUAL.judge(figures, figures, 40.0) == (Verdict.DONE, [])


def test_a_factor_multiplies_every_limit_and_the_run_says_so() -> None:
    wide = generator_limits({FACTOR_VARIABLE: "10"})
    assert wide == GeneratorLimits(400.0, 400.0, 5000.0, 900.0, 20.0)
    standstill = Percentiles(n=100, p99_ms=300.0, max_ms=4000.0)
    assert wide.judge(standstill, standstill, 100.0) == (Verdict.DONE, [])
    assert wide.judge(Percentiles(), Percentiles(n=100, max_ms=5001.0), None)[0] is Verdict.INVALID
    (note,) = wide.notes()
    assert note.startswith(f"{FACTOR_VARIABLE} multiplies the limits for this machine by 10:")


@pytest.mark.parametrize("value", [None, "", "wide", "0", "-3", "inf", "nan"])
def test_without_a_positive_factor_the_limits_are_the_usual_ones(value: str | None) -> None:
    limits = generator_limits({} if value is None else {FACTOR_VARIABLE: value})
    assert (limits, limits.notes()) == (USUAL, [])
