"""Tests for cluster.addresses."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.addresses import PORT, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.5", ("10.0.0.5", PORT)),
        ("10.0.0.5:99", ("10.0.0.5", 99)),
        ("[::1]:99", ("[::1]", 99)),
        ("[::1]", ("[::1]", PORT)),
        ("host:0", ("host", 0)),
    ],
)
def test_an_address_to_listen_on(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


def test_an_address_that_is_none_is_refused() -> None:
    for text in ("host:port", "host:70000", "host:"):
        with pytest.raises(ProblemError, match="is not an address"):
            parse_address(text)
