"""What a threshold sweep records, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.experiments.clip_run import lasts_s
from flux_desktop.experiments.sweep_state import digest
from flux_desktop.flux.options import FluxOptions

EOT_LADDER = (1.0, 0.9)
"""Highest thresholds of newer and older builds, tried in this order."""
TIMEOUT_MS = 10_000
"""The longest that every build takes, and that is evaluated."""
LINE_NOISE_DBFS = -60.0


class SweepPlan(Struct, frozen=True, kw_only=True):
    """What is recorded. `base` has the endpoint and all parameters but those of turn-taking."""

    base: RunPlan
    data: str
    columns: dict[str, str] = {}
    repeats: int = 3
    seed: int = 0
    at_once: int = 8
    line_noise_dbfs: float | None = None
    restart: bool = False
    """Record everything again, whatever was recorded before."""


class SweepSize(Struct, frozen=True, kw_only=True):
    """What a sweep takes at most; what is already recorded is not counted."""

    entries: tuple[int, ...]
    """Places of the clips that are recorded."""
    streams_s: tuple[float, ...]
    """How long a stream of each of them lasts."""
    streams: int
    recorded: int
    stream_minutes: float
    minutes: float

    @property
    def clips(self) -> int:
        """How many clips are recorded."""
        return len(self.entries)

    def live_streams_s(self, timeouts_ms: Sequence[int]) -> list[float]:
        """How long the streams of a live run last at most, one of each clip at each timeout."""
        return [each_s + (timeout_ms - TIMEOUT_MS) / 1000 for each_s in self.streams_s for timeout_ms in timeouts_ms]

    def live_s(self, timeouts_ms: Sequence[int], at_once: int) -> float:
        """How long that run lasts at most."""
        return lasts_s(self.live_streams_s(timeouts_ms), at_once)


def recording_options(options: FluxOptions, eot: float) -> FluxOptions:
    """The parameters that a sweep is recorded with."""
    return replace(options, eot_threshold=eot, eager_eot_threshold=None, eot_timeout_ms=TIMEOUT_MS)


def sweep_key(plan: SweepPlan, clips: int) -> str:
    """The same for sweeps that continue each other."""
    base = plan.base
    parts = (
        base.endpoint,
        base.endpoint_url,
        base.region,
        base.target_variant,
        base.local_arguments,
        recording_options(base.options, 1.0),
        plan.data,
        plan.columns,
        clips,
        plan.repeats,
        plan.seed,
        plan.line_noise_dbfs,
    )
    return digest(parts)
