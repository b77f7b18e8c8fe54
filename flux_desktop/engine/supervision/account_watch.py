"""Observation of the account that a run is in: looks in a thread, written beside the run's recording.

    await account_watch.watch(plan, info, folder, origin_s, ended, report)

Runs on the front end's event loop, which only waits: boto3 blocks in a thread, away from the workers that pace
the audio.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop.aws.account_records import ACCOUNT_FILE, SCHEMA_VERSION, Begun, NotRead, Record, encode_records
from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo

if TYPE_CHECKING:
    from flux_desktop.aws.account.account_reader import AccountReader

LOOK_S, SLOW_S = 10.0, 60.0
"""As often as CloudWatch publishes concurrent streams, and everything else."""
_LOOK_MAX_S = 60.0
LAST_LOOK_MAX_S = 3.0
"""How long the end of a run waits for the last look."""


def is_watched(plan: RunPlan, info: LocalEndpointInfo | None) -> bool:
    """Whether a run's account is observed: that of a real endpoint if the plan says so, and a simulated one.

    `info` is the built-in endpoint's, None for a run on another one.
    """
    return plan.observe_account if info is None else info.scaling_speed is not None


async def watch(
    plan: RunPlan,
    info: LocalEndpointInfo | None,
    folder: Path,
    origin_s: float,
    ended: asyncio.Event,
    report: Callable[[Problem], None],
) -> None:
    """Look at the account until the run has `ended`, and once more then. Cancelling ends it at once.

    `origin_s` is the time of the run's zero by ``time.time``. What cannot be read is reported once: missing permissions
    together, in one problem.
    """
    speed = 1.0 if info is None else info.scaling_speed or 1.0
    begun = Begun(
        schema=SCHEMA_VERSION,
        endpoint=plan.endpoint,
        region=plan.region,
        origin_s=origin_s,
        look_s=LOOK_S / speed,
        slow_s=SLOW_S / speed,
    )
    path = folder / ACCOUNT_FILE
    reader: AccountReader | None = None

    def look() -> list[Record]:
        nonlocal reader
        reader = reader or _reader(plan, info, begun)
        records = reader.look(time.time())
        _append(path, records)
        return records

    try:
        await in_thread(lambda: _append(path, [begun]), _LOOK_MAX_S)
        is_last = False
        while not is_last:
            is_last, began_s = ended.is_set(), time.monotonic()
            _report(await in_thread(look, _LOOK_MAX_S), report)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, began_s + begun.look_s - time.monotonic())):
                    await ended.wait()
    except TimeoutError:
        report(_not_observed("AWS did not answer in time.", "Check the network to the AWS services."))
    except OSError as error:
        report(_not_observed(f"{path.name} could not be written: {error.strerror or error}.", "Check the disk."))


def _reader(plan: RunPlan, info: LocalEndpointInfo | None, begun: Begun) -> AccountReader:
    # Imported here, in the thread: a window that only uses the built-in endpoint does not load boto3.
    from flux_desktop.aws.account.account_reader import AccountReader
    from flux_desktop.aws.account.catalogue import Access

    access = Access(region=plan.region, profile=plan.profile)
    if info is not None:
        access = Access(region=info.region, endpoint_url=info.url, ca_file=info.ca_file, credentials=info.credentials)
    return AccountReader(access, plan.endpoint, since_s=begun.origin_s, look_s=begun.look_s, slow_s=begun.slow_s)


def _append(path: Path, records: list[Record]) -> None:
    """Add lines to the file, which is created for its owner alone."""
    if not records:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(encode_records(records))


def _report(records: list[Record], report: Callable[[Problem], None]) -> None:
    problems = [(each.action, each.problem) for each in records if isinstance(each, NotRead)]
    denied = [action for action, problem in problems if problem.code in ("access_denied", "forbidden")]
    for action, problem in problems:
        if action not in denied:
            report(problem)
    if denied:
        several = len(denied) > 1
        report(
            Problem(
                code="account_not_allowed",
                what=f"A part of the account is not observed: these credentials are not allowed to call "
                f"{', '.join(denied[:-1])}{' and ' if several else ''}{denied[-1]}.",
                why="The run itself is not affected.",
                todo=f"For the account's timeline, ask an administrator for {'them' if several else 'it'}.",
            )
        )


def _not_observed(why: str, todo: str) -> Problem:
    return Problem(code="account_not_observed", what="The account is no longer observed.", why=why, todo=todo)
