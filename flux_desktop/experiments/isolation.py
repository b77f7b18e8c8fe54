"""The isolation check: one short clip on fresh connections, on many at once, and right after a long stream.

Three ordinary runs. Fresh streams come first, so that nothing has been left behind yet; they have one turn each. The
long stream has several turns; the moment it has ended, the clip follows on a new connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.datasets.clip import Clip, unusable
from flux_desktop.datasets.nemo import manifest
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.recording.session_folder import default_sessions_dir, make_private_folder
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.evaluation.comparing.isolation import IsolationResult, judge_isolation
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.reference import reference_turns
from flux_desktop.experiments.clip_run import ClipRun, ClipRunResult, MakeEngine, clip_plan, lasts_s, stream_s
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.reports.experiment_results import isolation_experiment
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.findings import keep_experiment

STREAMS = 6
"""Of each condition: with fewer, no division of signs is significant."""
NEIGHBOURS = 8
LONG_TURNS = 3
MARGIN_S = 0.3
"""Audio after a turn's end that belongs to its clip."""
MANIFEST = "isolation.jsonl"
_AROUND_S = 2.0
LONG, CLIP = 0, 1
"""Places in the manifest."""


class IsolationPhase(Struct, frozen=True, kw_only=True):
    """One run of the check: its clips in order, at most so many at once."""

    name: str
    entries: tuple[int, ...]
    at_once: int


PHASES = (
    IsolationPhase(name="fresh", entries=(CLIP,) * STREAMS, at_once=1),
    IsolationPhase(name=f"beside {NEIGHBOURS - 1} other streams", entries=(CLIP,) * NEIGHBOURS, at_once=NEIGHBOURS),
    IsolationPhase(name="right after a long stream", entries=(LONG, CLIP) * STREAMS, at_once=1),
)


class IsolationRun(Struct, frozen=True, kw_only=True):
    """What was found; `result` is None where a run could not be carried out."""

    result: IsolationResult | None
    problem: Problem | None
    sessions: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What INVALID runs mean for the result."""


def isolation_clips() -> list[Clip]:
    """The long stream and the clip, cut out of two conversations of the bundled data set."""
    clips = [clip for clip in read_data_set(resource_path(SAMPLE_DATA_SET)).clips if reference_turns(clip)]
    long = next((clip for clip in clips if len(reference_turns(clip)) >= LONG_TURNS), None)
    plain = [first for clip in clips if clip is not long and not (first := first_turns(clip, 1)).holds]
    if long is None or not plain:
        raise unusable(
            resource_path(SAMPLE_DATA_SET), "It has no clip of three turns, or none that begins without a hold."
        )
    return [first_turns(long, LONG_TURNS), min(plain, key=lambda clip: clip.duration_s or 0.0)]


def first_turns(clip: Clip, count: int) -> Clip:
    """A clip up to the end of its n-th turn."""
    turns = reference_turns(clip)[:count]
    end_s = turns[-1].end_s + MARGIN_S
    return replace(
        clip,
        path=clip.path.resolve(),
        duration_s=end_s,
        text=" ".join(turn.text for turn in turns),
        turns=turns,
        holds=tuple(hold for hold in clip.holds if hold.end_s <= end_s),
        words=tuple(word for word in clip.words if word.end_s <= end_s),
    )


async def check_isolation(
    base: RunPlan,
    *,
    on_phase: Callable[[IsolationPhase], None] = lambda _: None,
    on_run: Callable[[ClipRun], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
    on_event: Callable[[Event], None] = lambda _: None,
    local: LocalEndpoint | None = None,
    sessions_dir: Path | None = None,
    make_engine: MakeEngine | None = None,
) -> IsolationRun:
    """Carry out all phases, and keep the result beside their recordings, for reports.

    Raises `ProblemError` where the bundled data set is missing.
    """
    folder = (sessions_dir or default_sessions_dir()) / "sweeps"
    make_private_folder(folder)
    path = folder / MANIFEST
    write_whole(path, manifest(isolation_clips(), folder))
    traces_by_phase: list[tuple[str, list[Trace]]] = []
    sessions: list[Path] = []
    notes: list[str] = []
    for phase in PHASES:
        on_phase(phase)
        run = ClipRun(
            clip_plan(base, path, phase.entries, at_once=phase.at_once, purpose="isolation"),
            on_event=on_event,
            local=local,
            sessions_dir=sessions_dir,
            make_engine=make_engine,
        )
        on_run(run)
        result = await run.run()
        if result.session_folder is not None:
            sessions.append(result.session_folder)
        if is_stopped() or result.failed or not result.done:
            return IsolationRun(result=None, problem=result.problem, sessions=tuple(sessions))
        if note := result.invalid_note(f"run “{phase.name}”"):
            notes.append(note)
        traces_by_phase.append((phase.name, _clips_heard(result)))
    (_, fresh), *conditions = traces_by_phase
    judged = judge_isolation(fresh, dict(conditions))
    await file_work("Keeping the result", partial(keep_experiment, sessions, isolation_experiment(judged)))
    return IsolationRun(result=judged, problem=None, sessions=tuple(sessions), notes=tuple(notes))


def expected_s(clips: Sequence[Clip]) -> list[float]:
    """How long each phase is expected to last: its audio, with a little for each opening and the end of each turn."""
    return [
        sum((clips[entry].duration_s or 0.0) + _AROUND_S for entry in phase.entries) / phase.at_once for phase in PHASES
    ]


def longest_minutes(clips: Sequence[Clip], timeout_ms: int) -> tuple[float, float]:
    """Stream-minutes and minutes of the whole check, at most."""
    lengths_s = [stream_s(clip, timeout_ms) for clip in clips]
    streams_s = [[lengths_s[entry] for entry in phase.entries] for phase in PHASES]
    lasts = [lasts_s(each_s, phase.at_once) for each_s, phase in zip(streams_s, PHASES, strict=True)]
    return sum(map(sum, streams_s)) / 60, sum(lasts) / 60


def _clips_heard(result: ClipRunResult) -> list[Trace]:
    assert result.session_folder is not None
    traces = read_traces([result.session_folder]).traces
    return [trace for trace in traces if len(trace.turns) == 1]
