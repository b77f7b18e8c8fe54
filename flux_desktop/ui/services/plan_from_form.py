"""From what is chosen on the left and on top to a plan."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.ramp import Ramp


def run_plan(
    *,
    endpoint: str,
    access: tuple[str | None, str],
    source: WavSource | MicrophoneSource,
    options: FluxOptions,
    connections: int,
    duration_s: float,
    ramp: Ramp | None = None,
    local_arguments: tuple[str, ...] = (),
) -> RunPlan:
    """A run with what is chosen; a duration of 0 means to the end of the file, or until stopped.

    `access` is the profile (None for boto3's chain) and the region; `local_arguments` are for the built-in endpoint.
    Raises `ProblemError` where the ramp or a limit cannot be read.
    """
    plan = RunPlan(
        endpoint=endpoint,
        profile=access[0],
        region=access[1],
        source=source,
        options=options,
        connections=connections,
        duration_s=duration_s or None,
    )
    if plan.is_local:
        plan = msgspec.structs.replace(plan, local_arguments=local_arguments)
    return (ramp or Ramp()).on(plan)
