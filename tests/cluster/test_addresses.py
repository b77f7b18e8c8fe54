"""Tests for cluster.addresses."""

from __future__ import annotations

import pytest
from distributed.utils import get_ip

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.addresses import PORT, is_here, is_loopback, parse_address


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
    for text in ("host:port", "host:70000", "host:", "fd77::1"):
        with pytest.raises(ProblemError, match="is not an address"):
            parse_address(text)


def test_addresses_that_only_this_machine_reaches() -> None:
    assert is_loopback("tls://127.0.1.1:8786")
    assert is_loopback("tls://[::1]:8786")
    assert not is_loopback("tls://[fd00::5]:8786")


def test_a_machine_knows_its_own_addresses() -> None:
    assert is_here("tls://127.0.0.1:8786")
    # That of a generator which joins from the same machine, such as a container on the host's network.
    assert is_here(f"tls://{get_ip()}:8786")
    # Addresses of documents (RFC 5737, RFC 3849), and no address at all.
    for other in ("tls://198.51.100.7:8786", "tls://[2001:db8:ffff::7]:8786", "tls://elsewhere:8786", "tls://:8786"):
        assert not is_here(other), other
