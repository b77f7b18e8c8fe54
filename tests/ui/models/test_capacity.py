"""What the Capacity page searches for and shows, without a screen."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import DataSetSource, WavSource, plan_problems
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.search import Rung
from flux_desktop.evaluation.cost import SUGGESTED, Prices
from flux_desktop.experiments.capacity import Progress
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.capacity import (
    COLUMNS,
    CapacityModel,
    SearchChoices,
    progress_words,
    rung_row,
    rung_tip,
    streams_words,
)
from tests.ui.models.searched import PRICES, REPORT, RUNGS, searched_model

NOW = datetime(2026, 11, 26, 12, 0).astimezone()


def test_a_search_of_the_bundled_conversations_is_a_plan_that_runs() -> None:
    choices = SearchChoices(limits="wire_p95_ms<400, end_delivery_p90<1s", budget="5usd", until="11:30", in_phase=True)
    plan = choices.plan(AppState().plan(WavSource(path="")), SUGGESTED, NOW)
    assert isinstance(plan.run.source, DataSetSource)
    assert plan.run.source.at_once
    assert plan.run.on_demand
    assert plan.run.connections == plan.search.max_streams == 100
    assert plan_problems(plan.run) == []
    assert [str(each) for each in plan.criteria] == ["wire_p95_ms<400", "end_delivery_p90_ms<1000"]
    assert plan.budget_stream_minutes == pytest.approx(5 / 0.0077)
    assert plan.until == NOW - timedelta(minutes=30) + timedelta(days=1)


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        (SearchChoices(limits="update_p95_ms>400"), "limit"),
        (SearchChoices(budget="lots"), "lots"),
        (SearchChoices(until="25:99"), "25:99"),
    ],
)
def test_what_cannot_be_read_is_said_before_the_start_and_refused(choices: SearchChoices, word: str) -> None:
    assert word in choices.effort_words("local", SUGGESTED)
    with pytest.raises(ProblemError, match=word):
        choices.plan(AppState().plan(WavSource(path="")), SUGGESTED, NOW)


def test_the_effort_has_minutes_and_cost_unless_it_is_the_built_in_endpoint() -> None:
    choices = SearchChoices(budget="100")
    assert "At most 100 stream-minutes" in choices.effort_words("local", SUGGESTED)
    assert "no cost" in choices.effort_words("local", SUGGESTED)
    assert "$0.77 plus the instance" in choices.effort_words("flux-en", SUGGESTED)


def test_the_answer_has_its_price_only_where_both_prices_are_known() -> None:
    model = searched_model()
    assert model.answer().startswith(REPORT.sentence)
    assert "$0.02 per conversation-minute at 75% utilisation" in model.answer().replace("0.0211", "0.02")
    assert "42.2 stream-minutes" in model.evidence()
    assert "wire_p95_ms<400" in model.evidence()
    rows = dict(model.cost_rows())
    assert rows["1,000 minutes"] == "$21.11"  # 0.01 + 6 / 60 / (9 streams in use) a minute
    assert rows["4-minute conversation"] == "$0.0844"
    assert rows["Hosted at $0.0200"] == "6 % more"
    assert model.cost_reason() == ""
    model.prices = Prices(licence_per_stream_minute=0.01)
    assert model.cost_rows() == []
    assert model.cost_reason() == "Enter the instance per hour."
    assert model.answer() == REPORT.sentence


def test_no_cost_is_invented_where_no_capacity_is_known() -> None:
    bound = Result(kind="LOWER BOUND", passes=24, reason="interrupted")
    model = CapacityModel(report=msgspec.structs.replace(REPORT, result=bound), prices=PRICES)
    assert model.cost_rows() == []
    assert "no capacity" in model.cost_reason()
    assert "once a capacity is known" in CapacityModel().cost_reason()
    assert CapacityModel().answer() == CapacityModel().evidence() == ""


def test_a_rung_is_a_row_and_its_tip_says_everything() -> None:
    assert rung_row(RUNGS[1]) == ("16", "FAIL", "2,300 ms", "2,290 to 2,310", "1,200", RUNGS[1].reason)
    assert rung_row(RUNGS[3])[2:5] == ("", "", "")
    assert len(rung_row(RUNGS[0])) == len(COLUMNS)
    again = msgspec.structs.replace(RUNGS[0], attempt=2, approach="above")
    assert streams_words(again) == "8 ↓ ×2"
    assert "right after an overload" in rung_tip(again)
    assert "limit 400 ms" in rung_tip(RUNGS[1])
    assert "n = 1,200" in rung_tip(RUNGS[1])
    assert "cool-down" in rung_tip(msgspec.structs.replace(RUNGS[0], after_cool_down=True))


def test_progress_is_the_phase_and_what_is_left_of_it() -> None:
    assert progress_words(None) == ("Starting…", "")
    progress = Progress(rung=Rung(streams=24), phase="measuring", left_s=12.0, open_streams=23, stream_minutes=1.0)
    assert progress_words(progress) == ("24 streams: measuring, 23 open", "00:12 left in this phase")
