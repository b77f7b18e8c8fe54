"""Renewal of a run's credentials before they expire.

A stream's keys are frozen and remain valid for its whole life. The next stream of its connection, after half an hour or
a loss, needs keys that are valid then. Runs on the front end's event loop, beside the workers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError

BEFORE_S = 300.0
"""Keys are renewed this long before they expire."""
LOOK_S = 30.0
"""Interval at which the wall clock is checked, because a machine may be suspended, and first delay of a retry."""
RETRY_MAX_S = 480.0
"""Longest delay between two attempts: each failure doubles it."""


async def keep_fresh(
    keys: Credentials,
    load: Callable[[], Awaitable[Credentials]],
    apply: Callable[[Credentials], None],
    report: Callable[[Problem], None],
    *,
    wall_s: Callable[[], float] = time.time,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `apply` with what `load` returns, each time before the keys expire; return at once if they never do.

    A failed renewal is reported once and retried, with a delay that doubles up to `RETRY_MAX_S`, until it succeeds; it
    never ends the run. Cancelling ends the renewal.
    """
    failures = 0
    while keys.expires_at_s is not None:
        if wall_s() >= keys.expires_at_s - BEFORE_S:
            try:
                fresh = await load()
            except ProblemError as error:
                if not failures:
                    report(_not_renewed(error.problem))
                failures += 1
            else:
                failures = 0
                if fresh != keys:  # some sources renew their keys later than this
                    keys = fresh
                    apply(keys)
        await sleep(retry_delay_s(failures))


def retry_delay_s(failures: int) -> float:
    """Seconds until the next check, after this many failures in a row."""
    return min(LOOK_S * 2.0 ** max(0, min(failures, 16) - 1), RETRY_MAX_S)


def _not_renewed(cause: Problem) -> Problem:
    return Problem(
        code="credentials_not_renewed",
        what="The AWS credentials of this run will expire soon and could not be renewed.",
        why=f"{cause.what} {cause.why}".strip(),
        todo=f"{cause.todo} Open streams continue, and the renewal is retried; new streams may be refused.",
    )
