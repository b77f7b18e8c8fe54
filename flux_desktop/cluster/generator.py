"""A generator: a machine that has joined a cluster, and carries connections of the runs that are given to it."""

from __future__ import annotations

import asyncio
import platform
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from distributed.comm import get_local_address_for

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.program import allow_many_files
from flux_desktop.cluster.addresses import not_listening, parse_address
from flux_desktop.cluster.membership import Membership, check_not_expired, check_versions, present_versions
from flux_desktop.cluster.messages import LEASE_S
from flux_desktop.cluster.nodes import WorkerNode, security
from flux_desktop.cluster.own_folder import own_folder
from flux_desktop.cluster.reachability import obstacle

_JOIN_MAX_S = 15.0
_AGAIN_S = 2.0


def default_name() -> str:
    """Of this machine, and a random number: containers on a host's network share its name, and all are process 1."""
    return f"{platform.node()}-{secrets.randbelow(1_000_000):06}"


async def join(membership: Membership, name: str, on_state: Callable[[str], None], listen: str = "") -> None:
    """Take part until cancelled, and join again when the coordinator has gone and come back.

    The coordinator connects to `listen` (HOST:PORT); empty is the address by which this machine reaches the
    coordinator, with any free port.

    Raises `ProblemError` if the first attempt fails, if the coordinator has other versions, or if it has gone and
    another cluster's coordinator has its address or the membership has expired.
    """
    check_versions(membership.versions, present_versions(), "The coordinator")
    allow_many_files()
    if listen:
        host, port = parse_address(listen)
    else:  # by itself Dask would listen on every address of the machine
        try:
            host, port = urlsplit(get_local_address_for(membership.address)).netloc, 0
        except OSError as error:  # the coordinator's host name is not known
            raise await _not_joined(membership, name, error) from error
    has_joined = False
    with own_folder("generator-") as folder:
        while True:
            try:
                async with WorkerNode(
                    membership.address,
                    name=name,
                    security=security(membership),
                    nthreads=2,
                    dashboard=False,
                    death_timeout=_JOIN_MAX_S,
                    local_directory=str(folder),
                    silence_logs=False,
                    host=host,
                    port=port,
                ) as worker:
                    has_joined = True
                    on_state(f"Joined {membership.address} as {name}.")
                    await worker.finished()
                on_state(f"The coordinator was lost; its streams end within {LEASE_S:g} s. Trying to rejoin.")
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:  # Dask: a RuntimeError with its cause
                if not has_joined:
                    if listen and getattr(error.__cause__, "errno", None) and not (await obstacle(membership)).why:
                        raise ProblemError(not_listening(host, port, error)) from error
                    raise await _not_joined(membership, name, error) from error
            check_not_expired(membership)
            await asyncio.sleep(_AGAIN_S)
            if (await obstacle(membership)).is_other_cluster:
                raise _ended(membership)


def _ended(membership: Membership) -> ProblemError:
    return ProblemError(
        Problem(
            code="cluster_unreachable",
            what=f"The cluster has ended: the coordinator at {membership.address} is now that of another cluster.",
            todo="Join with the line that it has printed.",
        )
    )


async def _not_joined(membership: Membership, name: str, error: Exception) -> ProblemError:
    text = str(error.__cause__ or error)
    if f"name taken, {name}" in text:
        what, todo = f"A generator named {name} has already joined the cluster.", "Choose another name with --name."
        return ProblemError(Problem(code="cluster_name_taken", what=what, todo=todo))
    what = f"The coordinator at {membership.address} cannot be joined."
    why = (await obstacle(membership)).why or (f"{text}." if text else "It did not answer.")
    todo = "Check that it is running, that its port is open, and that the line is its own."
    return ProblemError(Problem(code="cluster_unreachable", what=what, why=why, todo=todo))
