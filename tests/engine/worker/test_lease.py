"""Tests for engine.worker.lease, with a stepped clock."""

from __future__ import annotations

import asyncio

import pytest

from flux_desktop.engine.worker.lease import Lease


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_renewal_counts_from_its_own_moment() -> None:
    clock = Clock()
    lease = Lease(5.0, clock)
    clock.now_s += 4.0
    assert lease.left_s == 1.0
    lease.renew()
    assert lease.left_s == 5.0
    clock.now_s += 5.0
    assert lease.left_s == 0.0


async def test_it_ends_when_nobody_renews_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    lease = Lease(5.0, clock)
    slept: list[float] = []

    async def sleep(length_s: float) -> None:
        slept.append(length_s)
        clock.now_s += length_s
        if len(slept) == 1:
            clock.now_s -= 2.0
            lease.renew()
            clock.now_s += 2.0

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await lease.ended()
    assert slept == [5.0, 3.0]
    assert clock.now_s == 108.0
