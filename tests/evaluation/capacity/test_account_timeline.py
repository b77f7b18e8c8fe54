"""The account's records and the run's load on one clock."""

from __future__ import annotations

from flux_desktop.aws.account_records import (
    CONCURRENCY_METRIC,
    STREAMS_METRIC,
    Activity,
    AlarmState,
    Begun,
    ClockOffset,
    InstanceCount,
    NotRead,
    Policy,
    Record,
    Sample,
    ScalableTarget,
    decode_records,
    encode_records,
)
from flux_desktop.base.problem import Problem
from flux_desktop.evaluation.capacity.account_timeline import RunLoad, account_timeline

ORIGIN_S = 1_000_000.0
VARIANT = "AllTraffic"


def records(ahead_s: float = 0.0) -> list[Record]:
    """A scale-out from 1 to 2 instances; AWS's clock is `ahead_s` ahead of this machine's."""
    aws = ORIGIN_S + ahead_s
    return [
        Begun(schema=1, endpoint="prod", region="us-east-1", origin_s=ORIGIN_S),
        ClockOffset(t_s=ORIGIN_S, offset_s=ahead_s),
        Policy(name="p", variant=VARIANT, kind="TargetTrackingScaling", metric=CONCURRENCY_METRIC, target=10.0),
        ScalableTarget(variant=VARIANT, min_instances=1, max_instances=4),
        InstanceCount(t_s=ORIGIN_S + 1, variant=VARIANT, running=1, desired=1),
        Sample(t_s=aws + 10, metric=STREAMS_METRIC, variant=VARIANT, value=3, period_s=10),
        Sample(t_s=aws + 10, metric=STREAMS_METRIC, variant=VARIANT, value=12, period_s=10),
        Sample(t_s=aws, metric="GPUUtilization", variant=VARIANT, value=83, period_s=60),
        Sample(t_s=aws, metric="Invocation5XXErrors", variant=VARIANT, value=2, period_s=60),
        AlarmState(name="high", t_s=aws + 45, state="ALARM", scales_out=True, threshold=10),
        Activity(id="a", variant=VARIANT, t_s=aws + 47, description="Setting desired instance count to 2."),
        InstanceCount(t_s=ORIGIN_S + 51, variant=VARIANT, running=1, desired=2),
        InstanceCount(t_s=ORIGIN_S + 231, variant=VARIANT, running=2, desired=2),
    ]


LOAD = RunLoad(
    connected=((5.0, 8), (12.0, 12), (240.0, 14)),
    # The third was asked for before the new instance was in service.
    opened=((5.0, 5.5), (12.0, 12.0), (230.0, 233.0), (239.0, 240.0)),
    planned=((0.0, 14),),
)


def test_the_stages_of_a_scale_out_in_seconds() -> None:
    timeline = account_timeline(records(), LOAD)
    (scale_out,) = timeline.scale_outs
    assert (scale_out.before, scale_out.after) == (1, 2)
    times = [stage.at.t_s if stage.at else None for stage in scale_out.stages]
    assert times == [12.0, 45.0, 47.0, 231.0, 240.0]
    assert scale_out.seconds == 228.0
    assert scale_out.lines() == [
        "Scale-out from 1 to 2 instances, 228.0 s in all",
        "load above target: 12.0 s, by this run's open streams",
        "alarm: 45.0 s, 33.0 s later, by CloudWatch's alarm",
        "desired instances changed: 47.0 s, 35.0 s later, by the scaling activity",
        "new instance in service: 231.0 s (−10 s), 219.0 s later, by DescribeEndpoint",
        "first new stream after it: 240.0 s, 228.0 s later, by this run",
    ]
    assert timeline.cloudwatch == ((20.0, 12),), "by the period's end, and the last value of a period"
    assert timeline.metrics["GPUUtilization"] == ((60.0, 83),)
    text = "\n".join(timeline.lines())
    assert "Instances in service: 1 to 2; desired: 1 to 2." in text
    assert "CloudWatch Invocation5XXErrors: 2 in all (1 period of 60 s)." in text
    assert "Scaling policy: 10 streams per instance, at most 4 instances." in text


def test_a_wrong_clock_moves_only_what_aws_has_timed() -> None:
    wrong = account_timeline(records(ahead_s=100.0), LOAD)
    assert wrong.scale_outs == account_timeline(records(), LOAD).scale_outs
    assert any(line.startswith("This machine's clock is 100 s behind AWS's") for line in wrong.lines())
    rounding = account_timeline(records(ahead_s=1.0), LOAD)
    assert not any("clock" in line for line in rounding.lines())


def test_without_alarm_activity_and_later_stream_each_stage_says_so() -> None:
    denied = Problem(code="access_denied", what="cloudwatch:DescribeAlarms is not allowed.")
    remaining_records = [each for each in records() if not isinstance(each, AlarmState | Activity)]
    remaining_records.append(NotRead(t_s=ORIGIN_S, action="cloudwatch:DescribeAlarms", problem=denied))
    timeline = account_timeline(
        remaining_records, RunLoad(connected=((5.0, 8), (12.0, 12)), opened=((5.0, 5.0), (12.0, 12.0)))
    )
    (scale_out,) = timeline.scale_outs
    assert scale_out.seconds is None
    text = scale_out.lines()
    assert text[2] == "alarm: not observed (cloudwatch:DescribeAlarms could not be called)"
    assert text[3] == "desired instances changed: 51.0 s (−10 s), 39.0 s later, by DescribeEndpoint"
    assert text[5] == (
        "first new stream after it: not observed (no stream was opened after it; open streams stay where they are)"
    )
    assert "cloudwatch:DescribeAlarms is not allowed." in timeline.lines()


def test_load_that_nothing_answers_is_a_scale_out_that_never_came() -> None:
    remaining_records = [each for each in records() if not isinstance(each, AlarmState | Activity)][:-2]
    (waiting,) = account_timeline(remaining_records, RunLoad(connected=((5.0, 8), (12.0, 12)))).scale_outs
    assert waiting.after is None
    assert [stage.at is not None for stage in waiting.stages] == [True, False, False, False, False]
    assert account_timeline(remaining_records, RunLoad(connected=((5.0, 8), (12.0, 12), (30.0, 2)))).scale_outs == ()


def test_a_short_peak_long_before_is_not_the_cause() -> None:
    load = RunLoad(connected=((1.0, 20), (2.0, 3), (12.0, 12)), opened=((240.0, 240.0),))
    above = account_timeline(records(), load).scale_outs[0].stages[0]
    assert above.at is not None
    assert above.at.t_s == 12.0


def test_load_that_stays_above_counts_from_the_change_before() -> None:
    more = [
        *records(),
        Activity(id="b", variant=VARIANT, t_s=ORIGIN_S + 300, description="Setting desired instance count to 3."),
        InstanceCount(t_s=ORIGIN_S + 301, variant=VARIANT, running=2, desired=3),
    ]
    load = RunLoad(connected=((5.0, 8), (12.0, 40)), opened=((5.0, 5.0),))
    first, second, waiting = account_timeline(more, load).scale_outs
    assert second.lines()[1] == "load above target: 47.0 s, by this run's open streams"
    assert second.lines()[2] == "alarm: not observed (the alarm was on already)"
    assert first.stages[0].at is not None
    assert first.stages[0].at.t_s == 12.0
    assert waiting.after is None, "20 streams on each of two instances"


def test_nothing_read_is_an_empty_timeline_of_the_run_alone() -> None:
    timeline = account_timeline([], LOAD)
    assert timeline.is_empty
    assert timeline.connected == LOAD.connected
    assert timeline.lines() == []


def test_records_survive_a_file_that_was_cut_off() -> None:
    lines = encode_records(records()).splitlines()
    assert decode_records([*lines[:-1], lines[-1][:20], b'{"record":"from_the_future"}']) == records()[:-1]
