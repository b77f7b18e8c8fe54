"""Minutes of all streams of a plan: what its licence is charged for. Pure; for whoever shows the cost of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flux_desktop.datasets.assignment import clip_order
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import slots


def planned_stream_minutes(plan: RunPlan, *, file_s: float | None, clips_s: Sequence[float] | None) -> float | None:
    """Minutes of all streams of a plan, None if that is open.

    `file_s` is the length of its recording, `clips_s` are those of the usable clips of its data set without the silence
    after them; None where it has none, or they are not known.
    """
    idle_s = plan.idle_before_audio_s
    is_looped = not isinstance(plan.source, WavSource) or plan.source.loop
    whole_s = math.inf if is_looped or file_s is None else file_s
    if plan.stages:
        return sum(min(slot.duration_s, whole_s) + idle_s for slot in slots(plan.stages)) / 60
    if isinstance(plan.source, DataSetSource) and plan.duration_s is None:
        if clips_s is None:
            return None
        sent_s = _sent_s(plan.source, plan.connections, clips_s)
        return (sum(sent_s) + idle_s * min(plan.connections, len(sent_s))) / 60
    each_s = min(whole_s, plan.duration_s or math.inf)
    return None if math.isinf(each_s) else plan.connections * (idle_s + each_s) / 60


def _sent_s(source: DataSetSource, connections: int, clips_s: Sequence[float]) -> list[float]:
    """Seconds of every clip that is sent, with its silence: each connection sends one at least."""
    lengths_s = [length_s + source.trailing_silence_s for length_s in clips_s]
    if not lengths_s:
        return []  # a run is refused then
    once_s = source.passes * lengths_s
    if source.at_once:
        return connections * once_s
    # A clip that cannot be used has no connection of its own.
    if source.fresh_connection or connections <= len(once_s):
        return once_s
    orders = (clip_order(conn, connections, len(lengths_s), source.seed) for conn in range(1, connections + 1))
    return [lengths_s[next(order)] for order in orders]
