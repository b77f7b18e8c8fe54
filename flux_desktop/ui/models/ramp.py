"""How the connections of a run open, and what its figures are held against: as chosen, in words, and on a plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.pass_criteria import Limit, parse_limit
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage, batched, parse_stages, slots
from flux_desktop.evaluation.cost import Prices, budget_stream_minutes

AT_ONCE, BATCHES, STAGES = "at once", "batches", "stages"
OPENING_MAX = 50


class Ramp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A choice. `way` is one of the three words above; the fields of the other ways keep what was typed last."""

    way: str = AT_ONCE
    opening_max: int = OPENING_MAX
    """Connections that are being opened at the same time, at most; whatever the way."""
    streams_per_channel: int = 1
    """Streams that share a TCP and TLS connection at most; whatever the way."""
    batch_size: int = 5
    batch_delay_s: float = 2.0
    stages: str = ""
    """Such as ``10x30s,50x60s``."""
    limits: str = ""
    """Such as ``update_p95_ms<400, completed_percent>=99``."""
    budget: str = ""
    """At which a run ends: stream-minutes, such as 500, or money, such as 5usd; empty is none."""

    def way_words(self) -> str:
        """How connections open, in a few words, such as ``5 / 2 s``."""
        ways = {BATCHES: f"{self.batch_size} / {self.batch_delay_s:g} s", STAGES: self.stages.replace(" ", "")}
        return ways.get(self.way, "all at once")

    def limit_words(self) -> str:
        """How many limits there are, such as ``1 limit``; empty for none."""
        number = len(_parts(self.limits))
        return amount(number, "limit") if number else ""

    def words(self) -> str:
        """Ramp, shared channels, limits and budget in a few words."""
        shared = f"{self.streams_per_channel} streams per channel" if self.streams_per_channel > 1 else ""
        budget = f"budget {self.budget}" if self.budget else ""
        return " · ".join(part for part in (self.way_words(), shared, self.limit_words(), budget) if part)

    def budget_problem(self, prices: Prices) -> Problem | None:
        """Why the budget cannot be read."""
        return _problem(lambda: budget_stream_minutes(self.budget, prices)) if self.budget else None

    def stages_problem(self) -> Problem | None:
        """Why the stages cannot be run, where they are the way."""
        return _problem(self.parsed_stages)

    def limits_problem(self) -> Problem | None:
        """Why the limits cannot be read."""
        return _problem(self.parsed_limits)

    def parsed_stages(self) -> tuple[Stage, ...]:
        """The stages, where they are the way; raises `ProblemError` where they cannot be read."""
        return parse_stages(self.stages) if self.way == STAGES else ()

    def parsed_limits(self) -> tuple[Limit, ...]:
        """The limits; raises `ProblemError` with the first that cannot be read."""
        return tuple(parse_limit(part) for part in _parts(self.limits))

    def on(self, plan: RunPlan) -> RunPlan:
        """The plan with this ramp and these limits; raises `ProblemError` where they cannot be read.

        Stages say how many connections there are and for how long, and repeat a recording that is shorter.
        """
        result = msgspec.structs.replace(
            plan,
            limits=self.parsed_limits(),
            opening_max=self.opening_max,
            streams_per_channel=self.streams_per_channel,
        )
        stages = self.parsed_stages()
        if self.way == BATCHES:
            stages = batched(plan.connections, self.batch_size, self.batch_delay_s, plan.duration_s)
            result = msgspec.structs.replace(result, batch_size=self.batch_size, batch_delay_s=self.batch_delay_s)
        elif stages and isinstance(plan.source, WavSource):
            result = msgspec.structs.replace(result, source=msgspec.structs.replace(plan.source, loop=True))
        return msgspec.structs.replace(result, stages=stages, connections=len(slots(stages))) if stages else result


def ramp_of(plan: RunPlan, before: Ramp) -> Ramp:
    """The ramp that a plan was made with; what a plan does not say, such as the budget, is as `before`."""
    ramp = msgspec.structs.replace(
        before,
        way=AT_ONCE,
        opening_max=plan.opening_max,
        streams_per_channel=plan.streams_per_channel,
        limits=", ".join(f"{limit.metric}{limit.relation}{_digits(limit.value)}" for limit in plan.limits),
    )
    size, delay_s = plan.batch_size, plan.batch_delay_s
    if size and plan.stages == batched(plan.connections, size, delay_s, plan.duration_s):
        return msgspec.structs.replace(ramp, way=BATCHES, batch_size=size, batch_delay_s=delay_s)
    if plan.stages:
        stages = ",".join(f"{stage.connections}x{_digits(stage.duration_s)}s" for stage in plan.stages)
        return msgspec.structs.replace(ramp, way=STAGES, stages=stages)
    return ramp


def planned_seconds(plan: RunPlan, file_s: float | None) -> float | None:
    """How long a run lasts by its plan, None where that is open; `file_s` is the length of the recording, or of
    one pass through the data set, if known."""
    source = plan.source
    is_file = isinstance(source, WavSource) and not source.loop
    is_pass = isinstance(source, DataSetSource) and not plan.stages and plan.duration_s is None
    whole_s = math.inf if file_s is None or not (is_file or is_pass) else file_s
    if plan.stages:
        return max(slot.start_s + min(slot.duration_s, whole_s) for slot in slots(plan.stages))
    each_s = min(whole_s, plan.duration_s or math.inf)
    last_batch = (plan.connections - 1) // plan.batch_size if plan.batch_size else 0
    return None if math.isinf(each_s) else last_batch * plan.batch_delay_s + each_s


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _digits(number: float) -> str:
    """All digits of a number, without an exponent."""
    text = f"{Decimal(repr(number)):f}"
    return text.removesuffix(".0")


def _problem(read: Callable[[], object]) -> Problem | None:
    try:
        read()
    except ProblemError as error:
        return error.problem
    return None
