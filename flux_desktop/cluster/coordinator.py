"""The coordinator of a cluster: Dask's scheduler, to which generators and runs connect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.addresses import not_listening, parse_address
from flux_desktop.cluster.membership import Membership, new_membership
from flux_desktop.cluster.nodes import SchedulerNode, security
from flux_desktop.cluster.own_folder import own_folder

_LOOK_S = 0.5


async def coordinate(
    listen: str, on_ready: Callable[[Membership], None], on_members: Callable[[list[str]], None]
) -> None:
    """Run until cancelled. `on_members` gets the names of the generators whenever they change.

    Raises `ProblemError` if the address cannot be listened on, or its folder cannot be made.
    """
    host, port = parse_address(listen)
    membership = new_membership("")
    with own_folder("coordinator-") as folder:
        try:
            scheduler = await SchedulerNode(
                host=host,
                port=port,
                protocol="tls",
                security=security(membership),
                dashboard=False,
                local_directory=str(folder),
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise ProblemError(not_listening(host, port, error)) from error
        try:
            on_ready(Membership(**{**_fields(membership), "address": scheduler.address}))
            members: list[str] = []
            while True:
                present = sorted(str(worker.name) for worker in scheduler.workers.values())
                if present != members:
                    members = present
                    on_members(members)
                await asyncio.sleep(_LOOK_S)
        finally:
            await scheduler.close()


def _fields(membership: Membership) -> dict[str, object]:
    return {name: getattr(membership, name) for name in membership.__struct_fields__}
