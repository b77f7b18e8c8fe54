"""Stages of a scale-out from bare sources."""

from __future__ import annotations

from flux_desktop.evaluation.capacity.scale_out import Observed, ScaleOutStage, Sources, scale_outs


def at(t_s: float, resolution_s: float = 0.0) -> Observed:
    return Observed(t_s=t_s, resolution_s=resolution_s, source="a test")


def test_a_scale_in_is_no_scale_out_and_ends_the_wait_of_the_one_before() -> None:
    sources = Sources(
        target=5.0,
        load=[(1.0, 9.0), (20.0, 1.0)],
        desired=[(at(0), 1), (at(3), 2), (at(30), 1)],
        running=[(at(0), 1), (at(8), 2), (at(31), 1)],
        alarms=[at(2)],
        streams=[(1.0, 1.0)],
    )
    (scale_out,) = scale_outs(sources)
    assert [stage.at.t_s if stage.at else None for stage in scale_out.stages] == [1.0, 2.0, 3.0, 8.0, None]


def test_without_a_policy_the_load_is_not_judged() -> None:
    sources = Sources(
        target=None,
        load=[(1.0, 900.0)],
        desired=[(at(0), 1), (at(3), 2)],
        running=[(at(0), 1)],
        alarms=[],
        streams=[],
        no_target="application-autoscaling:DescribeScalingPolicies could not be called",
    )
    (scale_out,) = scale_outs(sources)
    assert scale_out.lines()[1] == (
        "load above target: not observed (application-autoscaling:DescribeScalingPolicies could not be called)"
    )
    assert scale_out.lines()[4] == "new instance in service: not observed (not before the run ended)"


def test_a_stage_states_its_resolution_and_its_source() -> None:
    assert ScaleOutStage(name="x", at=at(7, 60)).text() == "x: 7.0 s (−60 s), by a test"
