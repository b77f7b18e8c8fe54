"""Tests of the stored prices."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.evaluation.cost import Prices
from flux_desktop.reports.prices import load_prices, save_prices, save_prices_or_problem

PRICES = Prices(licence_per_stream_minute=0.008, instance_per_hour=7.0, currency="EUR", date="2026-11-26")


def test_prices_are_read_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "settings" / "prices.json"
    assert load_prices(path) is None
    save_prices(path, PRICES)
    assert load_prices(path) == PRICES


def test_a_damaged_file_is_no_price(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"licence_per_stream_minute": "dear"}')
    assert load_prices(path) is None


def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert str(blocked) in save_prices_or_problem(blocked / "prices.json", PRICES)
    assert save_prices_or_problem(tmp_path / "prices.json", PRICES) == ""
