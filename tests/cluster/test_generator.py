"""Tests for cluster.generator; generators that join are in test_pool."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster import generator
from flux_desktop.cluster.generator import default_name, join
from flux_desktop.cluster.membership import new_membership


async def test_other_versions_are_refused_before_anything_is_connected() -> None:
    membership = new_membership("tls://127.0.0.1:9")
    other = msgspec.structs.replace(membership, versions={**membership.versions, "flux-desktop": "0.0.1"})
    with pytest.raises(ProblemError, match=r"The coordinator has other versions: flux-desktop 0\.0\.1"):
        await join(other, "a", lambda _: None)


async def test_a_coordinator_that_is_not_there_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "_JOIN_MAX_S", 0.2)
    with pytest.raises(ProblemError, match=r"tls://127\.0\.0\.1:9 cannot be joined"):
        await join(new_membership("tls://127.0.0.1:9"), "a", lambda _: None)


def test_two_generators_of_a_machine_have_different_names() -> None:
    assert default_name().rpartition("-")[2].isdigit()
