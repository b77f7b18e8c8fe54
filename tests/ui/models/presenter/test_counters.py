"""Counters of the presenter: only what is known, from the engine's own figures."""

from __future__ import annotations

from flux_desktop.engine.records.events import RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, Percentiles, Verdict
from flux_desktop.evaluation.cost import SUGGESTED, Prices
from flux_desktop.ui.models.presenter.counters import counters
from flux_desktop.ui.models.run_model import RunModel
from tests.ui import scripted


def shown(run: RunModel, prices: Prices = SUGGESTED) -> list[str]:
    return [f"{each.figure} {each.words}" for each in counters(run, prices)]


def running(endpoint: str, leads: int = 0, endpoint_url: str | None = None) -> RunModel:
    run = RunModel()
    run.reset(scripted.plan(50, endpoint=endpoint, endpoint_url=endpoint_url))
    figures = {"eager_lead": Percentiles(n=leads, p50_ms=250.0)} if leads else {}
    ledger = {str(ConnectionState.STREAMING): 50}
    run.feed(Snapshot(t=1.0, ledger=ledger, figures=figures, eager_gained_s=leads * 0.25))
    return run


def test_the_built_in_endpoint_costs_nothing() -> None:
    for url in (None, "https://127.0.0.1:43031"):
        run = running("local", endpoint_url=url)
        assert shown(run, Prices(licence_per_stream_minute=0.01)) == ["50 conversations"], "live and in a replay"


def test_cost_appears_when_a_price_is_entered() -> None:
    run = running("flux-en")
    assert shown(run) == ["50 conversations"], "a suggested price is nobody's"
    assert shown(run, Prices(licence_per_stream_minute=0.01)) == ["50 conversations", "$0.50 a minute"]
    assert shown(run, Prices(instance_per_hour=2.0)) == ["50 conversations"]


def test_after_the_run_no_conversations_are_counted() -> None:
    run = running("local", leads=8)
    run.feed(RunEnded(t=2.0, verdict=Verdict.DONE, ledger={"completed": 50}))
    assert shown(run) == ["2.0 s gained by eager ends so far"]


def test_time_gained_is_the_engines_sum_and_says_of_how_many_turns() -> None:
    run_counters = counters(running("local", leads=8), SUGGESTED)
    assert (run_counters[1].figure, run_counters[1].words) == ("2.0 s", "gained by eager ends so far")
    assert "8 turns, median 250 ms" in run_counters[1].meaning
    assert counters(RunModel(), SUGGESTED) == ()
