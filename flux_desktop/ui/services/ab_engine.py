"""A live comparison of two settings, on one endpoint or on two, as an engine of the window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from flux_desktop.base.problem import Problem
from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.comparing.paired import ArmComparison
from flux_desktop.ui.models.tune_ab import TurnPair, turn_pairs
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink
from flux_desktop.ui.services.watched_engines import WatchedEngines

if TYPE_CHECKING:
    from flux_desktop.experiments.ab import AbPlan
    from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, ClipRunResult, MakeEngine


class AbOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison says, and the turns that the arms heard or ended differently."""

    comparison: ArmComparison
    pairs: tuple[TurnPair, ...]
    notes: tuple[str, ...] = ()
    """What INVALID runs mean for the figures."""


class AbEngine:
    """Sends every clip twice in each arm (`RunEngine`). `outcome` is there once it has ended with both arms.

    With a second endpoint there are two runs at the same time; the window shows that of arm A.
    """

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
        self._shown = WatchedEngines(make_engine)
        self._runs: list[ClipRun] = []
        self._progress: dict[int, ClipProgress] = {}
        self._stopped = False

    async def run(self, plan: RunPlan) -> RunEnded:
        """Carry out the comparison; `plan` is only what the window shows until it has begun."""
        from flux_desktop.experiments.ab import ab_plans  # brings the engine along, which the window needs late
        from flux_desktop.experiments.clip_run import ClipRun

        if self._stopped:
            return RunEnded(t=0.0, verdict=Verdict.DONE, ledger={}, interrupted=True)
        self._runs = [
            ClipRun(
                each,
                on_progress=partial(self._take_progress, number),
                on_event=_ignore if number else self._take,
                make_engine=cast("MakeEngine", self._make_engine if number else self._shown.make),
            )
            for number, each in enumerate(ab_plans(self._plan))
        ]
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._carry_out(run)) for run in self._runs]
        results = [each.result() for each in running]
        if all(result.session_folder is not None and result.done for result in results):
            self.outcome = await file_work("Comparing", lambda: outcome_of(self._plan, results))
        invalid = next((each.ended for each in results if each.ended.verdict is Verdict.INVALID), results[0].ended)
        return msgspec.structs.replace(
            results[0].ended, problem=_first_problem(results), verdict=invalid.verdict, reasons=invalid.reasons
        )

    def send(self, command: SetParameters | SendControl | Watch) -> None:
        """Take which connections the window watches; nothing steers a comparison: each arm has its own setting."""
        self._shown.send(command)

    def stop(self, *, drain: bool = True) -> None:
        """End the comparison; what was recorded until then is compared."""
        self._stopped = True
        for run in self._runs:
            run.stop(drain=drain)

    async def _carry_out(self, run: ClipRun) -> ClipRunResult:
        result = await run.run()
        if not result.done and not self._stopped:
            self.stop()  # without the other arm there is nothing to compare
        return result

    def _take_progress(self, number: int, progress: ClipProgress) -> None:
        self._progress[number] = progress
        totals = {
            name: sum(getattr(each, name) for each in self._progress.values())
            for name in ("done", "failed", "total", "open")
        }
        self._on_progress(msgspec.structs.replace(progress, **totals))

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            return  # reported when the outcome is there
        if isinstance(event, RunStarted):
            self.session_folder = self._runs[0].session_folder
        self._sink(event)


def _ignore(_event: Event) -> None:
    """Connections of the second run have the numbers of those of the first."""


def _first_problem(results: Sequence[ClipRunResult]) -> Problem | None:
    """Why a run could not be carried out, or gave nothing to compare."""
    problems = (result.ended.problem or (None if result.done else result.problem) for result in results)
    return next((problem for problem in problems if problem is not None), None)


def outcome_of(plan: AbPlan, results: Sequence[ClipRunResult]) -> AbOutcome | None:
    """Compare the arms, and keep the result for reports; None where one of them has no clip. Blocks."""
    from flux_desktop.experiments.ab import arms_of, kept_report, scored

    a_first, a_second, b_first, b_second = arms_of(plan, results)
    if not a_first or not b_first + b_second:
        return None
    report = kept_report(plan, scored(a_first, a_second, b_first, b_second, results))
    pairs = tuple(turn_pairs(a_first, b_first + b_second))
    return AbOutcome(comparison=report.comparison, pairs=pairs, notes=tuple(report.notes))
