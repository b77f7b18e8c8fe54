"""The cluster that a front end's flags name. Imports Dask only where one is named."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux_desktop.base.problem import Problem, ProblemError

if TYPE_CHECKING:
    from flux_desktop.engine.supervision.worker_pool import WorkerPool

_LOCAL = re.compile(r"local:(\d{1,2})", re.ASCII)


@contextlib.contextmanager
def cluster_pool(text: str | None, *, generators: int, forward_keys: bool) -> Iterator[WorkerPool | None]:
    """The pool of the cluster that `text` names: a line, a file with it, or ``local:N`` for N generators on this
    machine, which end with the block; None for no text. Raises `ProblemError`."""
    if not text:
        yield None
        return
    with with_dask():
        from flux_desktop.cluster.local_cluster import local_cluster
        from flux_desktop.cluster.membership import read_membership
        from flux_desktop.cluster.pool import ClusterPool
    if generators < 1:
        raise ProblemError(Problem(code="option_unknown", what="--generators must be at least 1."))
    if (match := _LOCAL.fullmatch(text)) and int(match[1]) > 0:
        with local_cluster(int(match[1])) as membership:
            yield ClusterPool(membership, generators=int(match[1]), forward_keys=forward_keys)
        return
    yield ClusterPool(read_membership(text), generators=generators, forward_keys=forward_keys)


@contextlib.contextmanager
def with_dask() -> Iterator[None]:
    """Around imports of Dask. Raises `ProblemError` if it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in {"dask", "distributed"}:
            raise
        raise ProblemError(
            Problem(
                code="cluster_not_installed",
                what="Clusters need Dask, which is not installed.",
                todo="Install it with “pip install 'flux-desktop[cluster]'”.",
            )
        ) from None
