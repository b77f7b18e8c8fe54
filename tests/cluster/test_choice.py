"""Tests for cluster.choice; clusters that carry runs are in test_pool."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from unittest.mock import AsyncMock, Mock

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.choice import cluster_pool, with_dask
from flux_desktop.cluster.membership import new_membership, to_line
from flux_desktop.cluster.pool import ClusterPool
from flux_desktop.engine.records.events import Event, Notice


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_cluster_there_is_no_pool(text: str | None) -> None:
    with cluster_pool(text, generators=1, forward_keys=False) as pool:
        assert pool is None


def test_a_line_or_a_file_with_it_is_a_cluster(tmp_path: Path) -> None:
    line = to_line(new_membership("tls://127.0.0.1:9"))
    (tmp_path / "line").write_text(line)
    for text in (line, str(tmp_path / "line")):
        with cluster_pool(text, generators=3, forward_keys=True) as pool:
            assert isinstance(pool, ClusterPool)


@pytest.mark.parametrize(
    ("text", "generators", "sentence"),
    [
        ("nowhere", 1, "The file nowhere cannot be read"),
        ("local", 1, "Write local:1 to local:99"),
        ("local:0", 1, "Write local:1 to local:99"),
        ("local:100", 1, "Write local:1 to local:99"),
        ("local:2", 0, "must be at least 1"),
        ("local:2", 3, "local:2 starts 2"),
    ],
)
def test_what_cannot_be_a_cluster_is_refused(text: str, generators: int, sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence), cluster_pool(text, generators=generators, forward_keys=False):
        pass


async def test_nobody_is_asked_to_start_the_generators_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "flux_desktop.cluster.local_cluster.local_cluster",
        lambda _: contextlib.nullcontext(new_membership("tls://127.0.0.1:9")),
    )
    for limit, value in (("JOIN_MAX_S", 0.0), ("_JOINED_MAX_S", 0.3), ("_TOLD_AFTER_S", 0.0)):
        monkeypatch.setattr(f"flux_desktop.cluster.pool.{limit}", value)
    client, events = Mock(), list[Event]()
    client.scheduler.identity = AsyncMock(return_value={"workers": {}})
    with cluster_pool("local:1", generators=1, forward_keys=False) as pool:
        assert isinstance(pool, ClusterPool)
        pool._on_event = lambda _, event: events.append(event)
        with pytest.raises(ProblemError) as raised:
            await pool._generators(client)
    assert raised.value.problem.todo == "This machine may be too busy: start fewer."
    (notice,) = events
    assert isinstance(notice, Notice), "one that starts slowly is waited for, also if it is the only one"
    assert notice.problem.todo == "They are starting; they have 0 s in all."


@pytest.mark.parametrize(("generators", "forward_keys", "flag"), [(3, False, "--generators"), (1, True, "--forward")])
def test_flags_of_a_cluster_are_not_ignored_without_one(generators: int, forward_keys: bool, flag: str) -> None:
    with (
        pytest.raises(ProblemError, match=flag),
        cluster_pool(None, generators=generators, forward_keys=forward_keys),
    ):
        pass


def test_without_dask_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(ProblemError, match=r"pip install 'flux-desktop\[cluster\]'"), with_dask():
        import dask  # noqa: F401
    with pytest.raises(ModuleNotFoundError), with_dask():
        raise ModuleNotFoundError(name="something_else")
