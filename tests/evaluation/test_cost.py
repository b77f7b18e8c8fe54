"""Tests of the prices of runs and conversations."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.cost import SUGGESTED, Prices, conversation_cost, cost_of, money

PRICES = Prices(licence_per_stream_minute=0.0077, instance_per_hour=7.09, currency="USD", date="2026-11-20")


def test_a_run_costs_its_stream_minutes() -> None:
    cost = cost_of(6000, PRICES)
    assert cost.stream_minutes == 6000
    assert cost.licence == pytest.approx(46.2)
    assert cost.sentence() == "About 6,000 stream-minutes, $46.20 plus the instance"


def test_a_suggested_price_is_marked_and_a_missing_one_named() -> None:
    assert cost_of(42, SUGGESTED).sentence().endswith("at the suggested price")
    assert cost_of(42, None).sentence() == "About 42 stream-minutes; no price per stream-minute is set"
    assert cost_of(0.2, PRICES).sentence().startswith("Less than 1 stream-minute, $0.0015")
    assert cost_of(1.2, PRICES).sentence().startswith("About 1 stream-minute, $0.0092")
    assert cost_of(1.6, PRICES).sentence().startswith("About 2 stream-minutes, $0.0123")


def test_a_conversation_minute_is_its_licence_and_its_part_of_the_instance() -> None:
    # 7.09 / 60 = 0.118166… per minute, for 46 x 0.75 = 34.5 conversations: 0.003425…
    cost = conversation_cost(46, PRICES)
    assert cost is not None
    assert cost.instance_per_minute == pytest.approx(0.0034251, abs=1e-6)
    assert cost.per_minute == pytest.approx(0.0111251, abs=1e-6)
    assert cost.of(1000) == pytest.approx(11.1251, abs=1e-3)
    assert cost.compared_with(0.0222502) == pytest.approx(-50, abs=0.01)


def test_two_instances_cost_twice_as_much() -> None:
    one, two = conversation_cost(46, PRICES), conversation_cost(46, PRICES, instances=2)
    assert one is not None
    assert two is not None
    assert two.instance_per_minute == pytest.approx(2 * one.instance_per_minute)


@pytest.mark.parametrize("prices", [Prices(instance_per_hour=7.0), Prices(licence_per_stream_minute=0.01)])
def test_without_both_prices_there_is_no_cost(prices: Prices) -> None:
    assert conversation_cost(46, prices) is None


def test_without_a_capacity_there_is_no_cost() -> None:
    assert conversation_cost(0, PRICES) is None


def test_money_keeps_enough_digits() -> None:
    assert [money(0.0112, "USD"), money(46.2, "EUR"), money(1.5, "CHF")] == ["$0.0112", "€46.20", "1.50 CHF"]
