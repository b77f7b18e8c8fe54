"""Two arms on the same clips: parameters, endpoints or both, interleaved A B B A, each stream on its own connection.

Every clip is sent twice in each arm; the two passes of A give the noise floor. On one endpoint all streams belong to
one run. With a second endpoint two runs send the same clips in the same order at the same time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.base.problem import Problem
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.evaluation.comparing.paired import ArmComparison, Primary, compare_arms
from flux_desktop.evaluation.traces.live_score import live_score
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.turn_figures import TurnFigures, turn_figures
from flux_desktop.evaluation.turns.turn_scoring import ClipScore
from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, ClipRunResult, clip_plan, lasts_s, stream_s
from flux_desktop.experiments.read_traces import read_traces, setting_of
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.experiment_results import ab_experiment
from flux_desktop.reports.findings import keep_experiment

SCHEMA_VERSION = 1
ORDER = "ABBA"


class AbPlan(Struct, frozen=True, kw_only=True):
    """What is compared. `a` and `b` are whole sets of parameters; `base_b` is the second endpoint, if there is one."""

    base: RunPlan
    data: str
    columns: dict[str, str] = {}
    entries: tuple[int, ...]
    """Places of the clips that are sent."""
    a: FluxOptions
    b: FluxOptions
    base_b: RunPlan | None = None
    primary: Primary = Primary.WAIT
    margin: float = 50.0
    at_once: int = 8
    seed: int = 0
    line_noise_dbfs: float | None = None


class AbReport(Struct, frozen=True, kw_only=True):
    """What `flux-stress ab --json` prints."""

    schema: int = SCHEMA_VERSION
    endpoint: str
    endpoint_b: str
    a: str
    b: str
    comparison: ArmComparison
    figures_a: TurnFigures
    figures_b: TurnFigures
    clips: int
    failed: int
    sessions: list[str] = []
    notes: list[str] = []


class AbResult(Struct, frozen=True, kw_only=True):
    """Scores of both passes of A and of B, and how the runs ended."""

    a_first: tuple[ClipScore, ...]
    a_second: tuple[ClipScore, ...]
    b_first: tuple[ClipScore, ...]
    b_second: tuple[ClipScore, ...]
    runs: tuple[ClipRunResult, ...]

    @property
    def b(self) -> tuple[ClipScore, ...]:
        """Both passes of B."""
        return self.b_first + self.b_second

    @property
    def problem(self) -> Problem | None:
        """The first problem of a run."""
        return next((run.problem for run in self.runs if run.problem is not None), None)

    def invalid_notes(self) -> list[str]:
        """What INVALID runs mean for the figures; empty without one."""
        names = ("comparison",) if len(self.runs) == 1 else ("run of arm A", "run of arm B")
        return [note for run, name in zip(self.runs, names, strict=False) if (note := run.invalid_note(name))]

    def compare(self, primary: Primary, margin: float) -> ArmComparison:
        """Arm B against arm A."""
        return compare_arms(self.a_first, self.a_second, self.b, primary=primary, margin=margin)


def kept_report(plan: AbPlan, result: AbResult) -> AbReport:
    """The comparison with the figures of both arms, kept beside the recordings for reports. Blocks."""
    sessions = [run.session_folder for run in result.runs if run.session_folder is not None]
    report = AbReport(
        endpoint=plan.base.endpoint,
        endpoint_b=(plan.base_b or plan.base).endpoint,
        a=setting_of(plan.a).text,
        b=setting_of(plan.b).text,
        comparison=result.compare(plan.primary, plan.margin),
        figures_a=turn_figures(result.a_first),
        figures_b=turn_figures(result.b_first),
        clips=len(plan.entries),
        failed=sum(run.failed for run in result.runs),
        sessions=[folder.name for folder in sessions],
        notes=result.invalid_notes(),
    )
    on_two = report.endpoint != report.endpoint_b
    names = (f"{report.endpoint}, {report.a}", f"{report.endpoint_b}, {report.b}") if on_two else (report.a, report.b)
    figures = (report.figures_a, report.figures_b)
    keep_experiment(sessions, ab_experiment(names, figures, report.comparison, report.notes))
    return report


def ab_plans(plan: AbPlan) -> list[RunPlan]:
    """One run with both arms, or one for each endpoint."""
    order = list(plan.entries)
    random.Random(f"{plan.seed}").shuffle(order)  # noqa: S311 - an order, not a secret
    if plan.base_b is None:
        variants = [plan.a if arm == "A" else plan.b for arm in ORDER]
        entries = [place for place in order for _ in ORDER]
        return [_run_plan(plan, plan.base, entries, variants, plan.at_once)]
    twice = [place for place in order for _ in range(2)]
    each = max(1, plan.at_once // 2)
    return [_run_plan(plan, plan.base, twice, [plan.a], each), _run_plan(plan, plan.base_b, twice, [plan.b], each)]


def longest_minutes(plan: AbPlan, clips: Sequence[Clip]) -> tuple[float, float]:
    """Stream-minutes and minutes of the whole comparison, at most; `clips` are all of the data set."""
    lasts = list[float]()
    streams_s = list[float]()
    for run in ab_plans(plan):
        assert isinstance(run.source, DataSetSource)
        run_s = [
            stream_s(clips[entry], run.options_for(conn).eot_timeout_ms_in_force)
            for conn, entry in enumerate(run.source.entries, 1)
        ]
        streams_s += run_s
        lasts.append(lasts_s(run_s, run.connections))
    return sum(streams_s) / 60, max(lasts) / 60


async def run_ab(
    plan: AbPlan,
    *,
    on_progress: Callable[[ClipProgress], None] = lambda _: None,
    on_run: Callable[[ClipRun], None] = lambda _: None,
    local: LocalEndpoint | None = None,
    sessions_dir: Path | None = None,
) -> AbResult:
    """Send everything, then score it."""
    runs = [
        ClipRun(each, on_progress=on_progress if not number else lambda _: None, local=local, sessions_dir=sessions_dir)
        for number, each in enumerate(ab_plans(plan))
    ]
    for run in runs:
        on_run(run)
    results = await asyncio.gather(*(run.run() for run in runs))
    return scored(*arms_of(plan, results), results)


Passes = tuple[list[Trace], list[Trace], list[Trace], list[Trace]]
"""The first pass of A, the second one, and those of B."""


def arms_of(plan: AbPlan, results: Sequence[ClipRunResult]) -> Passes:
    """The passes from the runs of `ab_plans`. Blocks."""
    runs = [_traces(result) for result in results]
    return by_arm(runs[0]) if plan.base_b is None else by_endpoint(runs[0], runs[1])


def by_arm(traces: Sequence[Trace]) -> Passes:
    """The passes of one run, by the connection that sent a clip."""
    passes: list[list[Trace]] = [[] for _ in ORDER]
    for trace in traces:
        passes[(trace.conn - 1) % len(ORDER)].append(trace)
    return passes[0], passes[3], passes[1], passes[2]


def by_endpoint(a: Sequence[Trace], b: Sequence[Trace]) -> Passes:
    """The passes of two runs, in each of which a clip has two connections that follow one another."""
    return (*_passes(a), *_passes(b))


def scored(
    a_first: Sequence[Trace],
    a_second: Sequence[Trace],
    b_first: Sequence[Trace],
    b_second: Sequence[Trace],
    runs: Sequence[ClipRunResult],
) -> AbResult:
    """The scores of all passes."""
    return AbResult(
        a_first=tuple(map(live_score, a_first)),
        a_second=tuple(map(live_score, a_second)),
        b_first=tuple(map(live_score, b_first)),
        b_second=tuple(map(live_score, b_second)),
        runs=tuple(runs),
    )


def _run_plan(
    plan: AbPlan, base: RunPlan, entries: Sequence[int], variants: Sequence[FluxOptions], at_once: int
) -> RunPlan:
    return clip_plan(
        replace(base, options=variants[0]),
        plan.data,
        entries,
        columns=plan.columns,
        at_once=at_once,
        purpose="A/B",
        variants=variants,
        line_noise_dbfs=plan.line_noise_dbfs,
    )


def _passes(traces: Sequence[Trace]) -> tuple[list[Trace], list[Trace]]:
    return [trace for trace in traces if trace.conn % 2], [trace for trace in traces if not trace.conn % 2]


def _traces(result: ClipRunResult) -> list[Trace]:
    if result.session_folder is None or not result.done:
        return []
    return [trace for trace in read_traces([result.session_folder]).traces if trace.turns]
