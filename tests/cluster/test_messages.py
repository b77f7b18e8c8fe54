"""Tests for cluster.messages."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.cluster.messages import EXCHANGE_EVERY_S, LEASE_S, GeneratorReport, Hello, pack, unpack


def test_messages_survive_the_way() -> None:
    answer = GeneratorReport(monotonic_s=1.5, lines=[(1, b"{}\n"), (2, b"\xff")], done=[2])
    assert unpack(pack(answer), GeneratorReport) == answer
    with pytest.raises(msgspec.DecodeError):
        unpack(pack(answer), Hello)


def test_a_lease_bears_several_lost_exchanges() -> None:
    assert LEASE_S >= 10 * EXCHANGE_EVERY_S
