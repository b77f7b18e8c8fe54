"""Fresh keys for a run that outlives its first ones.

A stream's own keys are frozen for its life, and hold for as long as it stands. The next stream of its connection, after
half an hour or a loss, needs keys that are valid then. Runs on the front end's event loop, beside the workers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError

BEFORE_S = 300.0
"""So long before they expire, keys are renewed."""
LOOK_S = 30.0
"""How often the wall clock is looked at, as a machine may sleep meanwhile, and keys are asked for at most."""


async def keep_fresh(
    keys: Credentials,
    load: Callable[[], Awaitable[Credentials]],
    give: Callable[[Credentials], None],
    tell: Callable[[Problem], None],
    *,
    wall_s: Callable[[], float] = time.time,
    look_s: float = LOOK_S,
) -> None:
    """`give` what `load` finds, each time before the keys expire; returns at once for keys that never do.

    A renewal that fails is told once, and tried again until it succeeds. Cancelling ends it.
    """
    told = False
    while keys.expires_at_s is not None:
        if wall_s() >= keys.expires_at_s - BEFORE_S:
            try:
                found = await load()
            except ProblemError as error:
                if not told:
                    told = True
                    tell(_not_renewed(error.problem))
            else:
                if found != keys:  # some sources renew them later than we ask
                    keys, told = found, False
                    give(keys)
        await asyncio.sleep(look_s)


def _not_renewed(cause: Problem) -> Problem:
    return Problem(
        code="credentials_not_renewed",
        what="The AWS credentials of this run will soon expire, and could not be renewed.",
        why=cause.what,
        todo=f"{cause.todo} Streams that stand go on; new ones will be refused.",
    )
