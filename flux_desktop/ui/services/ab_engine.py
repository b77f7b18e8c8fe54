"""A live comparison of two settings on one endpoint, as an engine of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.comparing.paired import ArmComparison
from flux_desktop.ui.models.tune_ab import TurnPair, turn_pairs
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink

if TYPE_CHECKING:
    from flux_desktop.experiments.ab import AbPlan
    from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, ClipRunResult, MakeEngine


class AbOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison says, and the turns that the arms heard or ended differently."""

    comparison: ArmComparison
    pairs: tuple[TurnPair, ...]


class AbEngine:
    """Sends every clip twice in each arm (`RunEngine`). `outcome` is there once it has ended with both arms."""

    def __init__(
        self,
        sink: EventSink,
        plan: AbPlan,
        make_engine: EngineFactory,
        on_progress: Callable[[ClipProgress], None],
    ) -> None:
        self.session_folder: Path | None = None
        self.outcome: AbOutcome | None = None
        self._sink, self._plan = sink, plan
        self._make_engine, self._on_progress = make_engine, on_progress
        self._run: ClipRun | None = None
        self._stopped = False

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the comparison; `plan` is only what the window shows until it has begun."""
        from flux_desktop.experiments.ab import ab_plans  # brings the engine along, which the window needs late
        from flux_desktop.experiments.clip_run import ClipRun

        if self._stopped:
            return RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=True)
        make = cast("MakeEngine", self._make_engine)
        self._run = ClipRun(
            ab_plans(self._plan)[0], on_progress=self._on_progress, on_event=self._take, make_engine=make
        )
        result = await self._run.run()
        if result.session_folder is not None and result.done:
            self.outcome = await file_work("Comparing", lambda: outcome_of(self._plan, result))
        return result.ended

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Nothing steers a comparison: each stream is made with the setting of its arm."""

    def stop(self, *, drain: bool = True) -> None:
        """End the comparison; what was recorded until then is compared."""
        self._stopped = True
        if self._run is not None:
            self._run.stop(drain=drain)

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            return  # reported when the outcome is there
        if isinstance(event, RunStarted) and self._run is not None:
            self.session_folder = self._run.session_folder
        self._sink(event)


def outcome_of(plan: AbPlan, result: ClipRunResult) -> AbOutcome | None:
    """Compare the arms of a run; None where one of them has no clip. Blocks."""
    from flux_desktop.experiments.ab import by_arm, scored
    from flux_desktop.experiments.read_traces import read_traces

    assert result.session_folder is not None
    traces = [trace for trace in read_traces([result.session_folder]).traces if trace.turns]
    a_first, a_second, b = by_arm(traces)
    if not a_first or not b:
        return None
    comparison = scored(a_first, a_second, b, [result]).compare(plan.primary, plan.margin)
    return AbOutcome(comparison=comparison, pairs=tuple(turn_pairs(a_first, b)))
