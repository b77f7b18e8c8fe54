"""A capacity search as it is kept and shown: its settings, its rungs in order, and the result once there is one."""

from __future__ import annotations

from msgspec import Struct

from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.evaluation.capacity.scaling_policy import ScalingPolicy
from flux_desktop.evaluation.capacity.search import SearchSettings

REPORT_FILE = "capacity.json"
"""Its name in a session folder."""
SCHEMA_VERSION = 1


class PhaseDurations(Struct, frozen=True, kw_only=True):
    """Seconds of the phases of a rung."""

    settle_min_s: float = 6.0
    settle_max_s: float = 30.0
    measure_s: float = 60.0
    cool_down_s: float = 10.0


class CapacityReport(Struct, kw_only=True, omit_defaults=True):
    """A search; `sentence` is its answer in words."""

    schema: int = SCHEMA_VERSION
    endpoint: str = ""
    criteria: tuple[Criterion, ...] = ()
    search: SearchSettings = SearchSettings()
    timing: PhaseDurations = PhaseDurations()
    rungs: list[RungOutcome] = []
    result: Result | None = None
    sentence: str = ""
    stream_minutes: float = 0.0
    duration_s: float = 0.0
    account: AccountTimeline | None = None
    """What was observed of the endpoint's account; printed, and kept in a file of its own."""
    scaling_policy: ScalingPolicy | None = None
    """The policy for the capacity found; printed, never sent."""
