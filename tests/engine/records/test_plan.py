"""Plans: which connection has which parameters, and what is wrong with a plan before anything connects."""

from __future__ import annotations

from flux_desktop.engine.records.plan import RunPlan, WavSource, plan_problems
from flux_desktop.flux.options import FluxOptions

PLAN = RunPlan(
    endpoint="local",
    source=WavSource(path="a.wav"),
    options=FluxOptions(eot_threshold=1.0, sample_rate_hz=8000),
    variants=(FluxOptions(eot_threshold=0.7), FluxOptions(eot_threshold=0.8, eager_eot_threshold=0.4)),
)


def test_variants_take_turns_and_keep_the_audio_format() -> None:
    assert [PLAN.options_for(conn).eot_threshold for conn in (1, 2, 3)] == [0.7, 0.8, 0.7]
    assert PLAN.options_for(2).sample_rate_hz == 8000
    assert RunPlan(endpoint="local", source=PLAN.source, options=PLAN.options).options_for(5) == PLAN.options


def test_every_variant_is_checked() -> None:
    assert plan_problems(PLAN) == []
    wrong = RunPlan(endpoint="local", source=PLAN.source, variants=(FluxOptions(), FluxOptions(eot_threshold=1.5)))
    assert [problem.code for problem in plan_problems(wrong)] == ["option_out_of_range"]


def test_the_level_of_line_noise_has_a_range() -> None:
    loud = RunPlan(endpoint="local", source=PLAN.source, line_noise_dbfs=0.0)
    assert "between -100 and -20 dBFS" in plan_problems(loud)[0].what
