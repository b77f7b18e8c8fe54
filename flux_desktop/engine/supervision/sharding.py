"""How a run is distributed over its workers: which connections each one serves, and its part of the run's limits.

Pure. Connection numbers count from 1 and are dealt out in turn, so that batches stay together.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan

STREAMS_PER_WORKER = 250


def shares(plan: RunPlan, cores: int | None = None) -> list[list[int]]:
    """The connections of each worker of this machine.

    One worker carries up to `STREAMS_PER_WORKER`, and there is at most one per core. A microphone is read once, so its
    run stays in one worker.
    """
    cores = cores or os.cpu_count() or 1
    wanted = -(-plan.held // STREAMS_PER_WORKER)
    count = 1 if isinstance(plan.source, MicrophoneSource) else max(1, min(cores, wanted))
    return dealt(range(1, plan.connections + 1), count)


def dealt(numbers: Sequence[int], workers: int) -> list[list[int]]:
    """These connections by worker; a connection's number alone decides which one serves it."""
    return [[conn for conn in numbers if (conn - 1) % workers == place] for place in range(workers)]


def plan_share(plan: RunPlan, worker: int, workers: int) -> RunPlan:
    """The plan of one of several workers (counted from 1), with its part of the limits that hold for the whole run."""
    return msgspec.structs.replace(
        plan,
        opening_max=max(1, plan.opening_max // workers),
        # There are at most as many workers as connections that may be held.
        held_max=plan.held_max // workers + (worker <= plan.held_max % workers),
    )
