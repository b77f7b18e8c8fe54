"""Tests of the judgement of a rung."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.rung import (
    RungOutcome,
    RungSamples,
    interval_text,
    judge,
    measure,
    slope_lower_bound,
)

LIMIT = parse_criterion("wire_p95_ms<400")


def latencies(connections: int, each: int, scale: float, seed: int = 1) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [scale * rng.gamma(4.0, 0.25, each) for _ in range(connections)]


def judged(values: list[np.ndarray], **more: float) -> str:
    connected, refused = int(more.pop("connected", len(values))), int(more.pop("refused", 0))
    samples = RungSamples(values={"wire": values}, **more)  # type: ignore[arg-type]
    return judge(samples, [LIMIT], streams=len(values), connected=connected, refused=refused)[0]


def test_the_percentile_is_that_of_all_values_and_lies_in_its_interval() -> None:
    values = latencies(40, 200, 150.0)
    figure = measure(LIMIT, values)
    pooled = np.percentile(np.concatenate(values), 95, method="inverted_cdf")
    assert figure.n == 8000
    assert figure.value_ms == round(float(pooled), 2)
    assert figure.low_ms is not None
    assert figure.high_ms is not None
    assert figure.low_ms <= pooled <= figure.high_ms
    assert figure.high_ms - figure.low_ms < 0.2 * pooled


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    truth = 150.0 * float(np.percentile(np.random.default_rng(0).gamma(4.0, 0.25, 2_000_000), 95))
    hits = 0
    for seed in range(200):
        figure = measure(LIMIT, latencies(30, 60, 150.0, seed))
        hits += (figure.low_ms or 0) <= truth <= (figure.high_ms or 0)
    print(f"{hits} of 200")
    assert hits >= 184  # binomial, for 95 %: 184 to 196


def test_clearly_below_and_above_the_limit() -> None:
    assert judged(latencies(20, 100, 100.0)) == "PASS"
    assert judged(latencies(20, 100, 900.0)) == "FAIL"


def test_lost_and_silent_streams_fail_a_rung_however_fast_the_others_are() -> None:
    samples = RungSamples(values={"wire": latencies(20, 100, 100.0)})
    for counts, reason in (({"lost": 1}, "1 of 20 streams was lost"), ({"silent": 2}, "2 of 20 streams fell silent")):
        judgement, _, explanation = judge(samples, [LIMIT], streams=20, connected=20, refused=0, **counts)
        assert (judgement, explanation) == ("FAIL", reason)


def test_why_a_rung_failed_has_interval_and_n_where_it_stands_alone() -> None:
    values = RungSamples(values={"wire": latencies(20, 100, 900.0)})
    judgement, measured, reason = judge(values, [LIMIT], streams=20, connected=20, refused=0)
    failed = RungOutcome(streams=20, judgement=judgement, measured=measured, reason=reason)
    assert interval_text(measured[0]) in failed.why
    assert failed.why.startswith(reason.partition(" ms")[0])
    assert failed.why.endswith("n = 2,000), limit 400 ms")
    assert replace(failed, refused=1, reason="1 was refused").why == "1 was refused"
    assert RungOutcome(streams=1, judgement="FAIL", reason="latency kept growing").why == "latency kept growing"


def test_an_interval_around_the_limit_decides_nothing() -> None:
    values = latencies(20, 60, 1.0)
    p95 = float(np.percentile(np.concatenate(values), 95))
    assert judged([each * 400 / p95 for each in values]) == "UNDECIDED"


def test_too_few_values_decide_nothing() -> None:
    assert judged([np.array([50.0, 60.0])]) == "UNDECIDED"
    assert judged([]) == "UNDECIDED"


def test_one_connection_is_split_so_that_it_has_an_interval() -> None:
    figure = measure(LIMIT, latencies(1, 240, 100.0))
    assert figure.low_ms is not None
    assert figure.high_ms is not None
    assert figure.low_ms < figure.high_ms


def test_a_refused_stream_fails_whatever_the_others_show() -> None:
    values = latencies(20, 100, 100.0)
    verdict, _, reason = judge(RungSamples(values={"wire": values}), [LIMIT], streams=24, connected=20, refused=4)
    assert (verdict, reason) == ("FAIL", "4 of 24 streams were refused or not answered")


def test_a_lost_stream_is_no_success() -> None:
    assert judged(latencies(20, 100, 100.0), connected=19) == "UNDECIDED"


def test_a_growing_latency_and_rare_answers_are_saturation() -> None:
    values = latencies(20, 100, 100.0)
    assert judged(values, slope=0.05) == "FAIL"
    assert judged(values, long_steps=0.5) == "FAIL"


def test_the_slope_is_that_of_the_medians() -> None:
    times_s = np.arange(0, 60, 0.25)
    noise = np.random.default_rng(2).normal(0, 20, len(times_s))
    growing = slope_lower_bound(times_s, 100 + 30 * times_s + noise)
    steady = slope_lower_bound(times_s, 100 + noise)
    assert growing is not None
    assert 0.025 < growing < 0.0301
    assert steady is not None
    assert steady < 0.001
    assert slope_lower_bound(times_s[:10], growing * times_s[:10]) is None
    assert slope_lower_bound(times_s[:0], times_s[:0]) is None
