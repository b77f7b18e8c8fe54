"""The user's prices: read when the window opens, kept when they are edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from flux_desktop.evaluation.cost import SUGGESTED, Prices
from flux_desktop.reports.prices import load_prices, save_prices
from flux_desktop.ui.window import price_keeper
from flux_desktop.ui.window.price_keeper import GROUP, PriceKeeper
from tests.ui.window.page_bench import PageBench


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "prices.json"
    monkeypatch.setattr(price_keeper, "prices_path", lambda: place)
    return place


async def test_prices_are_read_and_kept(bench: PageBench, path: Path) -> None:
    mine = Prices(licence_per_stream_minute=0.006, date="2026-10-01")
    save_prices(path, mine)
    keeper = PriceKeeper(bench.state, bench.tasks)
    keeper.begin()
    await bench.settled(GROUP)
    assert bench.state.prices == mine
    keeper.keep(replace(mine, instance_per_hour=7.2))
    await bench.settled(GROUP)
    assert load_prices(path) == bench.state.prices == replace(mine, instance_per_hour=7.2)


async def test_a_suggestion_stays_one_until_it_is_changed_or_confirmed(bench: PageBench, path: Path) -> None:
    keeper = PriceKeeper(bench.state, bench.tasks)
    keeper.begin()
    await bench.settled(GROUP)
    assert bench.state.prices == SUGGESTED
    keeper.keep(replace(SUGGESTED, instance_per_hour=7.2, suggested=False, date="2026-11-27"))
    assert bench.state.prices.suggested
    assert bench.state.prices.date == SUGGESTED.date
    keeper.confirm()
    assert not bench.state.prices.suggested
    assert bench.state.prices.date != SUGGESTED.date
    await bench.settled(GROUP)
    stored_prices = load_prices(path)
    assert stored_prices is not None
    assert not stored_prices.suggested


@pytest.mark.usefixtures("path")
async def test_prices_that_cannot_be_kept_are_told(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_keeper, "prices_path", lambda: Path(__file__) / "folder" / "prices.json")
    PriceKeeper(bench.state, bench.tasks).keep(Prices(instance_per_hour=7.2))
    await bench.settled(GROUP)
    assert [problem.code for problem in bench.problems] == ["prices_unsaved"]
