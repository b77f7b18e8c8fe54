"""The cluster that a front end's flags name. Imports Dask only where one is named."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux_desktop.base.problem import Problem, ProblemError

if TYPE_CHECKING:
    from flux_desktop.engine.supervision.worker_pool import WorkerPool

_LOCAL = re.compile(r"local(?::(.*))?", re.DOTALL)
_COUNT = re.compile(r"[1-9]\d?", re.ASCII)


@contextlib.contextmanager
def cluster_pool(text: str | None, *, generators: int, forward_keys: bool) -> Iterator[WorkerPool | None]:
    """The pool of the cluster that `text` names: a line, a file with it, or ``local:N`` for N generators on this
    machine, which end with the block; None for no text. Raises `ProblemError`."""
    if not text:
        if generators != 1 or forward_keys:
            flag = "--forward-keys" if forward_keys else "--generators"
            what, todo = f"{flag} needs a cluster.", f"Add --cluster, or leave {flag} out."
            raise ProblemError(Problem(code="option_unknown", what=what, todo=todo))
        yield None
        return
    with with_dask():
        from flux_desktop.cluster.local_cluster import local_cluster
        from flux_desktop.cluster.membership import read_membership
        from flux_desktop.cluster.pool import ClusterPool
    if generators < 1:
        raise ProblemError(Problem(code="option_unknown", what="--generators must be at least 1."))
    if match := _LOCAL.fullmatch(text):
        count = _local_count(match[1], generators)
        with local_cluster(count) as membership:
            yield ClusterPool(membership, generators=count, forward_keys=forward_keys, starting_here=True)
        return
    yield ClusterPool(read_membership(text), generators=generators, forward_keys=forward_keys)


def _local_count(text: str | None, wanted: int) -> int:
    """How many generators to start on this machine, of which `wanted` at least. Raises `ProblemError`."""
    if text is None or not _COUNT.fullmatch(text):
        what, todo = "The number of local generators is missing or out of range.", "Write local:1 to local:99."
    elif wanted > int(text):
        what = f"{wanted} generators are required, but local:{text} starts {text}."
        todo = f"Leave --generators out, or write local:{wanted}."
    else:
        return int(text)
    raise ProblemError(Problem(code="option_unknown", what=what, todo=todo))


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
