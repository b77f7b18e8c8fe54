"""Tests of the limits of a capacity search."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.evaluation.capacity.criteria import Criterion, parse_criterion


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("wire_p95_ms<400", Criterion("wire", 95, 400)),
        ("update_wire_p95_ms<400ms", Criterion("wire", 95, 400)),
        (" update_p99 < 1.5s ", Criterion("update", 99, 1500)),
        ("end_delivery_p90_ms<=600", Criterion("end_delivery", 90, 600)),
    ],
)
def test_limits_are_read(text: str, criterion: Criterion) -> None:
    assert parse_criterion(text) == criterion


def test_a_limit_is_written_as_it_is_read() -> None:
    assert parse_criterion(str(Criterion("wire", 95, 400))) == Criterion("wire", 95, 400)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("end_of_turn_p95_ms<900", "depends on thresholds"),
        ("pacing_p95_ms<40", "Limit one of"),
        ("wire_p95_ms>400", "Write a figure"),
        ("wire_p95_ms<0", "above 0 ms"),
        ("", "Write a figure"),
    ],
)
def test_what_cannot_be_limited_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ProblemError, match=why):
        parse_criterion(text)
