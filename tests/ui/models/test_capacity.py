"""What the Capacity page shows of a search."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.search import Rung
from flux_desktop.experiments.capacity_plan import Progress
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_rungs import (
    COLUMNS,
    progress_words,
    rung_row,
    rung_tip,
    rungs_text,
    sort_keys,
)
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui.models.capacities import LIMIT, report, rung


def progress(t_s: float, planned: int, opened: int) -> Progress:
    return Progress(
        rung=Rung(streams=planned), phase="measuring", left_s=12.0, open_streams=opened, stream_minutes=3.0, t_s=t_s
    )


def priced() -> CapacityModel:
    model = CapacityModel(report=report())
    model.prices = replace(model.prices, instance_per_hour=7.2, hosted_per_minute=0.013)
    return model


def test_the_answer_has_its_price_once_both_prices_are_known() -> None:
    model = CapacityModel(report=report())
    assert model.answer() == model.report.sentence if model.report else ""
    assert model.cost_rows() == []
    assert model.cost_reason() == "Enter the instance per hour."
    model = priced()
    assert model.answer().startswith(
        "BRACKETED: 46 conversations; at 48, it is slow. Scaling target 34 (one instance assumed)."
    )
    assert model.answer().endswith("$0.0112 per conversation-minute at 75 % utilisation, at the suggested price.")
    model.prices = replace(model.prices, suggested=False)
    assert "suggested" not in model.answer()


def test_the_cost_sheet() -> None:
    rows = dict(priced().cost_rows())
    assert rows["Conversation-minute"] == "$0.0112"
    assert rows["of it licence and instance"] == "69 % and 31 %"
    assert rows["4-minute conversation"] == "$0.0447"
    assert rows["1,000 minutes"] == "$11.18"
    assert rows["Hosted at $0.0130"] == "14 % less"


def test_no_cost_without_a_capacity() -> None:
    model = priced()
    model.report = report("LOWER BOUND")
    assert model.cost() is None
    assert "only a lower bound" in model.cost_reason()
    assert model.report.result is not None
    model.report.result = replace(model.report.result, kind="INVALID")
    assert "no capacity" in model.cost_reason()
    assert "once a capacity is known" in CapacityModel().cost_reason()


def test_the_load_is_a_timeline_of_changes() -> None:
    model = CapacityModel()
    model.begin((LIMIT,))
    for t_s, planned in ((0.0, 4), (0.5, 4), (1.0, 4), (20.0, 8)):
        model.take_progress(progress(t_s, planned, 4))
    model.take_rung(rung(8, "FAIL", 500.0, refused=2))
    model.take_progress(progress(31.0, 4, 4))
    model.take_rung(rung(4, "PASS", 90.0))
    timeline = model.timeline
    assert timeline.planned == ((0.0, 4.0), (20.0, 8.0), (31.0, 4.0))
    assert timeline.p95_ms == ((20.0, 500.0), (31.0, 90.0))
    assert model.verdicts == [(0.0, 20.0, 8, "FAIL"), (20.0, 31.0, 4, "PASS")]
    model.begin((LIMIT,))
    assert model.timeline.planned == ()
    assert model.rungs == model.verdicts == []


def test_the_account_is_known_during_the_search() -> None:
    model = CapacityModel()
    model.begin((LIMIT,))
    model.observed.records = records()
    model.observed.take(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    assert model.timeline.running == ((1.0, 1), (231.0, 2))
    assert model.timeline.connected == ((0.5, 1.0),)
    model.account = AccountTimeline(target=6.0)
    assert model.timeline.running == (), "what was read of the whole recording replaces it"


def test_a_rung_is_a_row_with_a_tip() -> None:
    outcome = rung(48, "FAIL", 450.0, approach="above", attempt=2, reason="it is slow", refused=1)
    row = dict(zip((column.name for column in COLUMNS), rung_row(outcome), strict=True))
    assert row == {
        "Streams": "48 ↓ ×2",
        "Verdict": "FAIL",
        "ms": "450",
        "95 %": "440 to 460",
        "n": "500",
        "Why": "it is slow",
    }
    tip = rung_tip(outcome)
    for part in ("right after an overload", "n = 500", "limit 400 ms", "It is slow", "1 refused"):
        assert part in tip
    assert sort_keys(outcome) == (48, None, 450.0, 440.0, 500, None)
    assert rung_row(rung(4, "UNDECIDED", None))[2:5] == ("", "", "")


def test_the_rungs_can_be_pasted_into_a_spreadsheet() -> None:
    lines = rungs_text(report().rungs).split("\n")
    assert lines[0].split("\t")[:2] == ["Streams", "Verdict"]
    assert lines[3].split("\t")[:3] == ["64", "FAIL", "900"]


def test_what_a_search_does_now() -> None:
    assert progress_words(progress(20.0, 8, 4)) == ("8 streams: measuring, 4 open", "at most 00:12 left in this phase")
    assert progress_words(progress(20.0, 1, 0))[0] == "1 stream: measuring, 0 open"
    assert progress_words(None) == ("Starting…", "")
