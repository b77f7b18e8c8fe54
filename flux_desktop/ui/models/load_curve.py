"""How many connections a ramp holds at each time, for its picture."""

from __future__ import annotations

from itertools import accumulate

from flux_desktop.base.problem import ProblemError
from flux_desktop.ui.models.ramp import BATCHES, STAGES, Ramp

OPEN_ENDED_S = 10.0
"""Shown of a run without an end, or of one whose length is not known here."""


def load_curve(ramp: Ramp, connections: int, duration_s: float) -> list[tuple[float, int]]:
    """Times at which the number of connections changes, and the number from then on; the last pair is the end.

    `connections` and `duration_s` (0: not known) are those of the run, which stages replace. Empty for stages that
    cannot be read.
    """
    held_s = duration_s or OPEN_ENDED_S
    if ramp.way == STAGES:
        try:
            stages = ramp.parsed_stages()
        except ProblemError:
            return []
        starts = accumulate((stage.duration_s for stage in stages), initial=0.0)
        numbers = [*(stage.connections for stage in stages), 0]
        return list(zip(starts, numbers, strict=True))
    if ramp.way == BATCHES:
        batches = range(ramp.batch_size, connections + ramp.batch_size, ramp.batch_size)
        steps = [
            (n * ramp.batch_delay_s, min(open_connections, connections)) for n, open_connections in enumerate(batches)
        ]
        return [*steps, (steps[-1][0] + held_s, 0)]
    return [(0.0, connections), (held_s, 0)]
