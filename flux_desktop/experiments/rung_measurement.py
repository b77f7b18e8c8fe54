"""The measurement of one rung of a capacity search: streams brought to its number, settled, observed and judged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from flux_desktop.engine.measuring.generator_limits import generator_limits
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.rung import RungOutcome, judge
from flux_desktop.evaluation.capacity.search import Rung
from flux_desktop.experiments.capacity_plan import CapacityPlan
from flux_desktop.experiments.held_streams import OPENING_MAX_S, HeldStreams, Wait
from flux_desktop.experiments.load_observer import LoadObserver

_STEADY_SLOPE = 0.002
"""Growth of latency, s per s, below which a rung counts as settled."""


class RungMeasurement:
    """Measures one rung after another on streams that are `held`; `now_s` is the run's clock.

    What `wait` raises, to end the search, is passed on.
    """

    def __init__(
        self,
        plan: CapacityPlan,
        observer: LoadObserver,
        held: HeldStreams,
        *,
        now_s: Callable[[], float],
        wait: Wait,
        count_instances: Callable[[], Awaitable[int | None]],
    ) -> None:
        self._plan = plan
        self._observer = observer
        self._held = held
        self._now_s = now_s
        self._wait = wait
        self._count_instances = count_instances
        self._rung = Rung(streams=0)
        self._lost_before = 0

    async def measured(self, rung: Rung) -> RungOutcome:
        """What the rung showed, without the time of its end in the search (`t_s`)."""
        observer, timing, began = self._observer, self._plan.timing, self._observer.stream_minutes(self._now_s())
        instances = await self._count_instances()
        if rung.cool_down and observer.opened_at_s:
            await self._held.hold(0, renew_before_s=0.0)
            await self._wait("cool-down", timing.cool_down_s)
        refused_before, reopened_before = len(observer.refused), observer.reopened
        self._rung, self._lost_before = rung, len(observer.lost)
        measure_s = timing.measure_s * rung.attempt
        await self._held.hold(rung.streams, renew_before_s=timing.settle_max_s + measure_s + OPENING_MAX_S)
        refused = len(observer.refused) - refused_before
        measured_s = 0.0
        if not refused:
            await self._settle(timing)
            observer.mark()
            measured_s = await self._wait("measuring", measure_s, until=self._is_decided)
        connected = len(observer.opened_at_s)
        lost, silent = self._lost(), 0 if refused else observer.silent()
        judgement, figures, reason = judge(
            observer.samples(),
            self._plan.criteria,
            streams=rung.streams,
            connected=connected,
            refused=refused,
            lost=lost,
            silent=silent,
        )
        if not lost and (own := self._own_fault(refused=bool(refused), reopened=observer.reopened - reopened_before)):
            judgement, reason = "INVALID", own
        changed = instances is not None and instances != await self._count_instances()
        if changed:
            judgement, reason = "INVALID", "the endpoint changed its number of instances"
        return RungOutcome(
            streams=rung.streams,
            judgement=judgement,
            approach=rung.approach,
            after_cool_down=rung.cool_down,
            attempt=rung.attempt,
            measured=figures,
            reason=reason,
            connected=connected,
            refused=refused,
            lost=lost,
            silent=silent,
            instances=instances,
            instances_changed=changed,
            measure_s=round(measured_s, 1),
            stream_minutes=round(observer.stream_minutes(self._now_s()) - began, 3),
        )

    async def _settle(self, timing: PhaseDurations) -> None:
        """Wait until latency no longer grows, `settle_max_s` at most."""
        left_s = timing.settle_max_s
        while left_s > 0:
            self._observer.mark()
            step_s = min(left_s, timing.settle_min_s)
            left_s -= await self._wait("settling", step_s, then_s=left_s - step_s)
            slope = self._observer.samples().slope
            if slope is None or slope < _STEADY_SLOPE:
                return

    def _is_decided(self) -> bool:
        """Whether a rung need not be measured to its end: it fails already."""
        judgement, _, _ = judge(
            self._observer.samples(),
            self._plan.criteria,
            streams=self._rung.streams,
            connected=len(self._observer.opened_at_s),
            refused=0,
            lost=self._lost(),
            silent=self._observer.silent(),
        )
        return judgement == "FAIL"

    def _lost(self) -> int:
        """Streams lost since the rung began."""
        return len(self._observer.lost) - self._lost_before

    def _own_fault(self, *, refused: bool, reopened: int) -> str:
        """Why this machine, not the endpoint, was the limit of a rung; empty if it was not."""
        if reopened:
            return f"{reopened} stream{' was' if reopened == 1 else 's were'} replaced while measuring"
        if refused:
            return ""
        observer = self._observer
        limits = generator_limits()
        _, reasons = limits.judge(observer.own_lateness(), observer.stall(), observer.cpu_percent())
        late = [limits.late_answer(name, longest_s) for name, longest_s in observer.unheard_s.items()]
        if not any(late):  # a generator that does not answer does not report either
            late.append(limits.late_report(observer.unreported_s))
        return "; ".join([*reasons, *filter(None, late)])
