"""How `ClusterPool` waits for generators, with a coordinator that none has joined."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.membership import new_membership
from flux_desktop.cluster.pool import ClusterPool
from flux_desktop.engine.records.events import Event, Notice


@pytest.mark.parametrize(("wanted", "limit"), [(1, "JOIN_MAX_S"), (2, "_JOINED_MAX_S")])
async def test_it_says_how_long_it_waits_and_asks_a_few_times_a_second(
    monkeypatch: pytest.MonkeyPatch, wanted: int, limit: str
) -> None:
    asked: list[int] = []
    events: list[Event] = []

    async def identity(n_workers: int) -> dict[str, Any]:
        asked.append(n_workers)
        return {"workers": {}}

    for name, value in (("JOIN_MAX_S", 3600.0), ("_JOINED_MAX_S", 3600.0), ("_TOLD_AFTER_S", 0.0), (limit, 0.6)):
        monkeypatch.setattr(f"flux_desktop.cluster.pool.{name}", value)
    pool = ClusterPool(new_membership("tls://127.0.0.1:1"), generators=wanted)
    pool._on_event = lambda _, event: events.append(event)
    with pytest.raises(ProblemError, match=f"0 of {wanted} generators have joined"):
        await pool._generators(SimpleNamespace(scheduler=SimpleNamespace(identity=identity)))
    (notice,) = events
    assert isinstance(notice, Notice)
    assert notice.problem.todo.endswith("they have 1 s in all.")
    assert len(asked) <= 4
