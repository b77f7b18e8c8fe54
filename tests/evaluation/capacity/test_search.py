"""Tests of the capacity search on simulated endpoints, and of its single steps."""

from __future__ import annotations

import random

import msgspec
import pytest

from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.result import Result, capacity_cost
from flux_desktop.evaluation.capacity.rung import Judgement, Measured, RungOutcome
from flux_desktop.evaluation.capacity.search import (
    CHANGES_MAX,
    INVALID_MAX,
    START,
    Rung,
    SearchSettings,
    interrupted,
    next_rung,
    since_last_change,
)
from flux_desktop.evaluation.cost import Prices
from tests.evaluation.capacity.simulated_endpoint import KINDS, SimulatedEndpoint, rungs_to_bracket, search

SETTINGS = SearchSettings()


def outcome(streams: int, judgement: Judgement, **more: object) -> RungOutcome:
    fields: dict[str, object] = {"connected": streams, "reason": "" if judgement == "PASS" else "p95 is too high"}
    return RungOutcome(streams=streams, judgement=judgement, **(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_is_found_within_5_percent(kind: str) -> None:
    searches = 40
    near = 0
    rungs = []
    for seed in range(searches):
        capacity = random.Random(seed).randint(1, 600 if kind == "scaling" else 900)
        endpoint = SimulatedEndpoint(kind, capacity, seed)
        result, history = search(endpoint, SETTINGS)
        low, high = sorted((endpoint.first_capacity if kind == "drifting" else endpoint.capacity, endpoint.capacity))
        near += int(low) - max(1, 0.05 * low) <= result.passes <= high + max(1, 0.05 * high)
        assert_supported(result, since_last_change(history))
        rungs.append(rungs_to_bracket(history))
    print(f"{kind}: {near} of {searches}, rungs {max(rungs)}")
    assert max(rungs) <= 12
    assert near >= 0.92 * searches  # 500 searches: 97 % and above


def test_the_answer_states_interval_and_n_of_what_failed() -> None:
    beyond = Measured(criterion=parse_criterion("wire_p95_ms<400"), value_ms=512.0, low_ms=490.0, high_ms=540.0, n=800)
    history = [outcome(16, "PASS"), outcome(17, "FAIL", measured=(beyond,))]
    assert interrupted(history, SETTINGS, "interrupted").why_fails.endswith(
        "512 ms (490 to 540, n = 800), limit 400 ms"
    )


def assert_supported(result: Result, history: list[RungOutcome]) -> None:
    """No claim without measurements that say it, and none that say the opposite."""
    below = [each for each in history if each.approach == "below"]
    at_passes = [each.judgement for each in below if each.streams == result.passes]
    if result.passes:
        assert "PASS" in at_passes
        assert "FAIL" not in at_passes
    if result.kind in ("BRACKETED", "REFUSED"):
        at_fails = [each.judgement for each in below if each.streams == result.fails]
        assert "FAIL" in at_fails
        assert "PASS" not in at_fails


def test_it_doubles_up_to_the_maximum_and_stops_there() -> None:
    settings = SearchSettings(start=16, max_streams=100)
    history: list[RungOutcome] = []
    levels = []
    while isinstance(step := next_rung(history, settings), Rung):
        levels.append(step.streams)
        history.append(outcome(step.streams, "PASS"))
    assert levels == [16, 32, 64, 100]
    assert step.kind == "LOWER BOUND"
    assert step.sentence() == "LOWER BOUND: at least 100 conversations, the maximum of this search."
    assert step.scaling_target is None


def test_after_a_failure_the_endpoint_recovers_first() -> None:
    step = next_rung([outcome(16, "PASS"), outcome(32, "FAIL")], SETTINGS)
    assert step == Rung(streams=23, cool_down=True)


def test_an_undecided_rung_is_measured_longer_twice() -> None:
    history = [outcome(16, "UNDECIDED")]
    assert next_rung(history, SETTINGS) == Rung(streams=16, attempt=2)
    history.append(outcome(16, "UNDECIDED", attempt=2))
    assert next_rung(history, SETTINGS) == Rung(streams=16, attempt=3)
    history.append(outcome(16, "UNDECIDED", attempt=3))
    assert next_rung(history, SETTINGS) == Rung(streams=15, cool_down=True)


def test_a_refusing_endpoint_shows_its_limit_by_what_it_took() -> None:
    history = [outcome(16, "PASS"), outcome(32, "FAIL", refused=8, connected=24)]
    assert next_rung(history, SETTINGS) == Rung(streams=24, cool_down=True)
    history.append(outcome(24, "PASS"))
    assert next_rung(history, SETTINGS) == Rung(streams=25)


def test_an_invalid_rung_is_repeated_and_then_ends_the_search() -> None:
    history = [outcome(16, "PASS"), outcome(32, "INVALID", reason="the engine was late")]
    assert next_rung(history, SETTINGS) == Rung(streams=32, cool_down=True)
    history += [outcome(32, "INVALID", reason="the engine was late")] * (INVALID_MAX - 1)
    result = next_rung(history, SETTINGS)
    assert isinstance(result, Result)
    assert result.kind == "INVALID"
    assert "the engine was late" in result.sentence()


def test_what_was_known_before_the_endpoint_scaled_is_dropped() -> None:
    history = [outcome(16, "PASS"), outcome(32, "FAIL"), outcome(23, "INVALID", instances_changed=True)]
    assert next_rung(history, SETTINGS) == Rung(streams=START)


def test_both_ends_are_measured_again_from_above_and_after_a_cool_down() -> None:
    result, history = search(SimulatedEndpoint("cliff", 46, 1), SETTINGS)
    again = [(each.streams, each.approach, each.after_cool_down) for each in history[rungs_to_bracket(history) :]]
    assert (result.passes, result.fails) == (46, 47)
    assert (46, "above", False) in again
    assert (46, "below", True) in again
    assert again.count((47, "below", False)) == 2
    assert result.repeats == 3


def test_an_endpoint_that_does_not_recover_is_reported() -> None:
    result, _ = search(SimulatedEndpoint("hysteretic", 46, 1), SETTINGS)
    assert result.recovers is False
    assert "only after a cool-down" in result.sentence()


def test_repeated_measurements_that_contradict_give_no_bracket_there() -> None:
    history = [outcome(16, "PASS"), outcome(17, "FAIL"), outcome(16, "FAIL", after_cool_down=True)]
    step = next_rung(history, SETTINGS)
    assert isinstance(step, Rung)
    assert step.streams < 16


def test_a_search_that_is_interrupted_keeps_what_is_known() -> None:
    history = [outcome(16, "PASS"), outcome(24, "PASS"), outcome(48, "FAIL")]
    result = interrupted(history, SETTINGS, "interrupted")
    assert result.kind == "LOWER BOUND"
    assert result.sentence() == "LOWER BOUND: at least 24 conversations, interrupted."
    assert interrupted([], SETTINGS, "interrupted").kind == "UNDECIDED"


def test_not_even_one_conversation() -> None:
    result, _ = search(SimulatedEndpoint("cliff", 0, 1), SETTINGS)
    assert (result.kind, result.passes, result.fails) == ("BRACKETED", 0, 1)
    assert "not even 1 conversation" in result.sentence()


def test_a_smooth_endpoint_and_a_cliff_are_told_apart() -> None:
    assert search(SimulatedEndpoint("smooth", 200, 3), SETTINGS)[0].shape == "smooth"
    assert search(SimulatedEndpoint("cliff", 200, 3), SETTINGS)[0].shape == "cliff"


def test_an_endpoint_that_keeps_scaling_is_given_up() -> None:
    history = []
    for _ in range(CHANGES_MAX):
        assert next_rung(history, SETTINGS) == Rung(streams=START)
        history.append(outcome(START, "INVALID", instances_changed=True))
    result = next_rung(history, SETTINGS)
    assert isinstance(result, Result)
    assert result.sentence() == (
        "INVALID: this search measured no capacity: the endpoint changed its number of instances 3 times; suspend its "
        "scaling for the search."
    )


def test_the_answer_is_one_sentence() -> None:
    result = Result(
        kind="BRACKETED",
        passes=46,
        fails=48,
        why_fails="end-of-turn delivery p95 is 512 ms, limit 400 ms",
        repeats=3,
        shape="smooth",
    )
    assert result.sentence() == (
        "BRACKETED: 46 conversations; at 48, end-of-turn delivery p95 is 512 ms, limit 400 ms. Scaling target 34 "
        "(one instance assumed). Latency rises gradually to the limit."
    )


def test_what_several_instances_hold_together_is_not_the_target_of_each() -> None:
    history = [outcome(47, "FAIL", instances=3), outcome(46, "PASS", instances=3)]
    result = interrupted(history, SETTINGS, "interrupted")
    assert (result.kind, result.passes, result.instances, result.scaling_target) == ("BRACKETED", 46, 3, 11)
    assert result.sentence().startswith("BRACKETED: 46 conversations on 3 instances; at 47, p95 is too high. ")
    assert "Scaling target 11 per instance." in result.sentence()
    alone = interrupted([msgspec.structs.replace(each, instances=1) for each in history], SETTINGS, "interrupted")
    assert (alone.scaling_target, "Scaling target 34." in alone.sentence()) == (34, True)
    prices = Prices(licence_per_stream_minute=0.01, instance_per_hour=6.0)
    one, three = capacity_cost(alone, prices, 0.75), capacity_cost(result, prices, 0.75)
    assert one is not None
    assert three is not None
    assert three.instance_per_minute == pytest.approx(3 * one.instance_per_minute) == pytest.approx(0.3 / 34.5)
