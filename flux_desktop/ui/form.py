"""From what is chosen on the left and on top to a plan."""

from __future__ import annotations

from flux_desktop.engine.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.sound import WavShape

SAMPLE = "sample_audio/conversation.wav"


def run_plan(
    *,
    endpoint: str,
    access: tuple[str | None, str],
    source: WavSource | MicrophoneSource,
    options: FluxOptions,
    connections: int,
    duration_s: float,
) -> RunPlan:
    """A run with what is chosen; a duration of 0 means to the end of the file, or until stopped.

    `access` is the profile (None for boto3's chain) and the region.
    """
    return RunPlan(
        endpoint=endpoint,
        profile=access[0],
        region=access[1],
        source=source,
        options=options,
        connections=connections,
        duration_s=duration_s or None,
    )


def planned_seconds(shape: WavShape | None, duration_s: float, loop: bool) -> float | None:
    """Seconds of audio that a run will send, None where it goes on until stopped or nothing is chosen."""
    if shape is None:
        return None
    if duration_s:
        return duration_s if loop else min(duration_s, shape.duration_s)
    return None if loop else shape.duration_s
