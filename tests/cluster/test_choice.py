"""Tests for cluster.choice; clusters that carry runs are in test_pool."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.choice import cluster_pool, with_dask
from flux_desktop.cluster.membership import new_membership, to_line
from flux_desktop.cluster.pool import ClusterPool


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
