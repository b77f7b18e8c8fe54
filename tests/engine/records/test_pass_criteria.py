"""Ramps and limits as a person writes them."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.facts import LedgerClass, Percentiles
from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.pass_criteria import (
    ALL_COMPLETE,
    METRICS,
    Limit,
    LimitResult,
    judge,
    parse_limit,
    run_figures,
)
from flux_desktop.engine.records.stages import Slot, Stage, parse_stages, slots
from flux_desktop.evaluation.accuracy.word_errors import WordErrors


def test_stages_are_read() -> None:
    assert parse_stages("10x30s,50x60s,100x2m") == (Stage(10, 30.0), Stage(50, 60.0), Stage(100, 120.0))
    assert parse_stages(" 1 x 0.5h , 2x7") == (Stage(1, 1800.0), Stage(2, 7.0))


@pytest.mark.parametrize(
    "text",
    ["", "10", "x30s", "10x", "10x30q", "10x0s", "-1x30s", "1.5x30s", "10x30s,", "0x30s", "99999999x1s", "1x721h"],
)
def test_wrong_stages_are_one_sentence(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_stages(text)
    assert caught.value.problem.code == "stages_invalid"


def test_a_rising_ramp() -> None:
    assert slots(parse_stages("1x10s,3x20s")) == [Slot(0.0, 30.0), Slot(10.0, 20.0), Slot(10.0, 20.0)]


def test_a_fall_ends_the_youngest_and_a_later_rise_opens_new_ones() -> None:
    assert slots(parse_stages("2x10s,1x10s,2x10s")) == [Slot(0.0, 30.0), Slot(0.0, 10.0), Slot(20.0, 10.0)]


def test_limits_are_read() -> None:
    assert parse_limit("update_p95_ms<400") == Limit("update_p95_ms", "<", 400.0)
    assert parse_limit(" completed_percent >= 99.5 ") == Limit("completed_percent", ">=", 99.5)
    assert str(Limit("failed", "==", 0.0)) == "failed == 0"


@pytest.mark.parametrize(
    "text", ["", "update_p95_ms", "update_p95_ms=400", "update_p95_ms<fast", "<400", f"update_p95_ms<{'9' * 400}"]
)
def test_wrong_limits_are_one_sentence(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_limit(text)
    assert caught.value.problem.code == "limit_invalid"


def test_an_unknown_figure_names_the_known_ones() -> None:
    with pytest.raises(ProblemError) as caught:
        parse_limit("speed<4")
    assert caught.value.problem.code == "limit_unknown"
    assert "update_p95_ms" in caught.value.problem.todo


def figures_of(**counts: int) -> dict[str, float | None]:
    ledger = {name.value: counts.get(name.name.lower(), 0) for name in LedgerClass}
    update = Percentiles(n=9, p50_ms=100.0, p95_ms=400.0, p99_ms=450.0, max_ms=500.0)
    return run_figures(ledger, update=update, wire=Percentiles(), pacing=update)


def test_every_metric_has_a_figure() -> None:
    figures = figures_of(completed=3, failed=1)
    assert {name for name in figures if not name.endswith("_n")} == set(METRICS)
    assert (figures["completed"], figures["failed"], figures["completed_percent"]) == (3.0, 1.0, 75.0)
    assert (figures["update_p95_ms"], figures["wire_p95_ms"], figures["pacing_max_ms"]) == (400.0, None, 500.0)


def test_every_duration_that_is_measured_can_be_limited() -> None:
    durations = {metric.rsplit("_", 2)[0] for metric in METRICS if metric.endswith("_p95_ms")}
    assert durations == set(FIGURES)


def test_accuracy_can_be_limited() -> None:
    assert run_figures({}, WordErrors(8, 1, 1, 0))["word_error_percent"] == 25.0
    assert run_figures({})["word_error_percent"] is None


def test_every_class_of_the_ledger_can_be_limited() -> None:
    for name in LedgerClass:
        counted = figures_of(**{name.name.lower(): 7})
        assert [metric for metric, value in counted.items() if value == 7.0], name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("update_p95_ms<400ms", 400.0),
        ("update_p95_ms < 0.4 s", 400.0),
        ("end_of_turn_max_ms<=1m", 60_000.0),
        ("completed_percent>=99.5%", 99.5),
        ("word_error_percent<10", 10.0),
    ],
)
def test_limits_may_have_units(text: str, value: float) -> None:
    assert parse_limit(text).value == value


@pytest.mark.parametrize("text", ["update_p95_ms<4%", "completed>=3s", "completed_percent>=99ms", "update_p95_ms<4h"])
def test_a_unit_of_another_kind_is_one_sentence(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_limit(text)
    assert caught.value.problem.code == "limit_invalid"


@pytest.mark.parametrize(
    ("text", "met", "sentence"),
    [
        ("update_p95_ms<=400", True, "update_p95_ms is 400 ms (n = 9, too few for p95), required: <= 400 ms"),
        ("update_p95_ms<400", False, "update_p95_ms is 400 ms (n = 9, too few for p95), required: < 400 ms"),
        ("update_p50_ms>100", False, "update_p50_ms is 100 ms (n = 9), required: > 100 ms"),
        ("update_p50_ms<12000", True, "update_p50_ms is 100 ms (n = 9), required: < 12,000 ms"),
        ("completed_percent>=100", True, "completed_percent is 100 %, required: >= 100 %"),
        ("failed==0", True, "failed is 0, required: == 0"),
        ("connect_failed==0", True, "connect_failed is 0, required: == 0"),
        ("wire_p99_ms<9000", False, "wire_p99_ms is not measured, required: < 9,000 ms"),
    ],
)
def test_limits_are_judged(text: str, met: bool, sentence: str) -> None:
    result = judge([parse_limit(text)], figures_of(completed=2))[0]
    assert (result.met, str(result), result.implied) == (met, sentence, False)


@pytest.mark.parametrize(
    ("n", "metric", "count"),
    [
        (58, "update_p95_ms", "n = 58, too few for p95"),
        (59, "update_p95_ms", "n = 59"),
        (298, "update_p99_ms", "n = 298, too few for p99"),
        (299, "update_p99_ms", "n = 299"),
        (1, "update_max_ms", "n = 1"),
        (8, "word_error_percent", "n = 8"),
    ],
)
def test_a_limit_states_of_how_many_values_it_is(n: int, metric: str, count: str) -> None:
    update = Percentiles(n=n, p50_ms=1.0, p95_ms=1.0, p99_ms=1.0, max_ms=1.0)
    result = judge([parse_limit(f"{metric}<9")], run_figures({}, WordErrors(8, 0, 0, 0), update=update))[0]
    assert (result.n, f"({count}), required: < 9" in str(result)) == (n, True)


@pytest.mark.parametrize("text", ["update_p95_ms<500", "failed<=9", "connect_failed<=9", "word_error_percent<100"])
def test_any_limit_implies_that_all_connections_complete(text: str) -> None:
    *_, implied = judge([parse_limit(text)], figures_of(completed=2, failed=1))
    assert implied.implied
    assert implied.limit == ALL_COMPLETE
    assert not implied.met
    assert str(implied).startswith("completed_percent is 66.7 %, required: >= 100 %")
    assert judge([parse_limit(text)], figures_of(completed=3))[-1].met


@pytest.mark.parametrize("text", ["completed>=2", "completed_percent>=50"])
def test_a_limit_on_completion_replaces_the_implied_one(text: str) -> None:
    results = judge([parse_limit("update_p95_ms<500"), parse_limit(text)], figures_of(completed=2, failed=1))
    assert [(result.met, result.implied) for result in results] == [(True, False), (True, False)]


@pytest.mark.parametrize(("value", "shown"), [(19.967, "20"), (66.666, "66.7"), (399.96, "399.96"), (400.0, "400")])
def test_a_value_is_rounded_but_not_onto_its_limit(value: float, shown: str) -> None:
    result = LimitResult(limit=parse_limit("update_p95_ms<400"), value=value, met=value < 400)
    assert str(result) == f"update_p95_ms is {shown} ms, required: < 400 ms"


def test_without_limits_nothing_is_implied() -> None:
    assert judge([], figures_of(failed=3)) == []
