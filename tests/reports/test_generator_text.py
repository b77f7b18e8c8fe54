"""Tests for reports.generator_text."""

from __future__ import annotations

from flux_desktop.engine.records.facts import GeneratorRow
from flux_desktop.reports.generator_text import generator_text


def test_a_generator_in_a_line() -> None:
    row = GeneratorRow(
        name="a",
        streams=40,
        cpu_percent=31.4,
        pacing_p99_ms=3.6,
        offset_ms=-2.25,
        offset_error_ms=0.4,
        heard_s_ago=0.21,
        heard_at_most_s_ago=0.6,
    )
    assert generator_text(row) == (
        "a: 40 streams, CPU 31 %, pacing p99 4 ms, clock -2.2 ± 0.4 ms, silent for 0.2 s, 0.6 s at most"
    )
    assert "CPU -, pacing p99 -" in generator_text(GeneratorRow(name="a"))


def test_a_clock_that_started_long_before_is_told_in_seconds() -> None:
    row = GeneratorRow(name="a", offset_ms=-5_000_000.4, offset_error_ms=1.25)
    assert ", clock -5,000 s ± 1.2 ms," in generator_text(row)


def test_a_lost_one_says_why() -> None:
    assert generator_text(GeneratorRow(name="a\x1b[1m", lost="no answer for 5 s")) == "a: lost, no answer for 5 s"
