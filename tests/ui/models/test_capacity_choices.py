"""What a search is asked for, and what it takes."""

from __future__ import annotations

from datetime import datetime

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.evaluation.cost import SUGGESTED
from flux_desktop.ui.models.capacity_choices import SearchChoices
from flux_desktop.ui.models.chosen_data import BUNDLED
from tests.ui import scripted

NOW = datetime(2026, 11, 27, 12, 30).astimezone()


def test_a_plan_has_everything_that_was_chosen() -> None:
    choices = SearchChoices(
        limits="wire_p95_ms<300, end_delivery_p90<200",
        start=4,
        max_streams=40,
        repeats=2,
        settle_s=5,
        measure_s=20,
        in_phase=True,
        budget="5usd",
        until="12:10",
    )
    plan = choices.plan(scripted.plan(), SUGGESTED, NOW)
    assert [str(each) for each in plan.criteria] == ["wire_p95_ms<300", "end_delivery_p90_ms<200"]
    assert (plan.search.start, plan.search.max_streams, plan.search.repeats) == (4, 40, 2)
    assert (plan.timing.settle_min_s, plan.timing.settle_max_s, plan.timing.measure_s) == (5, 5, 20)
    assert isinstance(plan.run.source, DataSetSource)
    assert plan.run.source.at_once
    assert plan.run.on_demand
    assert plan.run.connections == 40
    assert plan.budget_stream_minutes == pytest.approx(5 / 0.0077)
    assert plan.until is not None
    assert (plan.until.day, plan.until.hour) == (28, 12), "the next time that the clock shows it"
    assert choices.name == BUNDLED


@pytest.mark.parametrize("wrong", [{"limits": "end_of_turn_p95<300"}, {"budget": "much"}, {"until": "25:00"}])
def test_what_cannot_be_read_is_said_before_the_start(wrong: dict[str, str]) -> None:
    choices = SearchChoices(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ProblemError) as error:
        choices.plan(scripted.plan(), SUGGESTED, NOW)
    assert choices.effort_words("local", SUGGESTED) == error.value.problem.sentence()


def test_minutes_and_cost_are_known_before_the_start() -> None:
    choices = SearchChoices(max_streams=100)
    assert choices.effort_words("local", SUGGESTED).endswith("no cost")
    words = choices.effort_words("flux-en-prod", SUGGESTED)
    assert "1,800 stream-minutes" in words
    assert "$13.86 plus the instance, at the suggested price" in words
    within = SearchChoices(max_streams=100, budget="50").effort_words("flux-en-prod", SUGGESTED)
    assert "50 stream-minutes" in within
