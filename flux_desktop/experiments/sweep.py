"""A threshold sweep: every clip of a data set is recorded at the highest threshold, so that lower ones can be replayed.

Each clip goes over a connection of its own, in random order, followed by silence as long as the longest timeout. The
recording is one ordinary run; what was interrupted is continued by the next sweep of the same kind, in a session of its
own. Builds that refuse the highest threshold are found by trying: the first connection decides.

At the highest threshold a server would hear all turns of a clip as one. Where the build accepts ForceEndTurn, each turn
is ended just before the next one begins, so that this one is heard as it would be live; a build that refuses it is
found by trying, too.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import batched, pairwise
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.base.problem import Problem
from flux_desktop.datasets.clip import Clip, unusable
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.recording.session_folder import default_sessions_dir, remove_session
from flux_desktop.engine.records.events import Event, RunStarted
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.reference import reference_turns, with_turns
from flux_desktop.experiments.clip_run import (
    ClipProgress,
    ClipRun,
    ClipRunResult,
    MakeEngine,
    clip_plan,
    lasts_s,
    stream_s,
)
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.experiments.sweep_plan import (
    EOT_LADDER,
    TIMEOUT_MS,
    SweepPlan,
    SweepSize,
    recording_options,
    sweep_key,
)
from flux_desktop.experiments.sweep_state import NOT_SAVED, STATE_FOLDER, SweepState

FORCE_BEFORE_S = 0.25
"""Before the next turn begins."""
NO_FORCE_END = (
    "This build does not accept ForceEndTurn: several turns of a clip were heard as one, so that the replay of all but "
    "the first is less exact."
)
_ROUNDS_MAX = 3
"""How often clips that failed are sent again."""
_PER_RUN_MAX = 1000


class SweepRecording(Struct, frozen=True, kw_only=True):
    """The traces of a sweep. `missing` clips were not recorded; `problem` says why where that is known."""

    traces: tuple[Trace, ...]
    sessions: tuple[Path, ...]
    missing: int
    sent_s: float = 0.0
    """Audio and silence sent, of all streams together, those that failed included."""
    notes: tuple[str, ...] = ()
    problem: Problem | None = None
    interrupted: bool = False
    invalid: bool = False
    """A run of this recording was INVALID; the notes say why."""


class Sweep:
    """Records one sweep. Reading the data set and the sessions blocks: make it off the loop."""

    def __init__(
        self,
        plan: SweepPlan,
        *,
        on_progress: Callable[[ClipProgress], None] = lambda _: None,
        on_event: Callable[[Event], None] = lambda _: None,
        local: LocalEndpoint | None = None,
        sessions_dir: Path | None = None,
        make_engine: MakeEngine | None = None,
    ) -> None:
        """Raises `ProblemError` where the data set cannot be used or states no turns."""
        self._plan = plan
        self._on_progress, self._on_event = on_progress, on_event
        self._local = local
        self._make_engine = make_engine
        self._sessions_dir = sessions_dir or default_sessions_dir()
        self._clips = read_data_set(plan.data, plan.columns).clips
        if not any(reference_turns(clip) for clip in self._clips):
            raise unusable(Path(plan.data), "None of its clips states where turns end.", "Add turns to its manifest.")
        self._streams_s = [stream_s(clip, TIMEOUT_MS) for clip in self._clips]
        self._run: ClipRun | None = None
        self._stopped = self._invalid = False
        self._notes: list[str] = []
        self._state_path = self._sessions_dir / STATE_FOLDER / f"{sweep_key(plan, len(self._clips))}.json"
        self._state = SweepState() if plan.restart else SweepState.load(self._state_path)

    @property
    def size(self) -> SweepSize:
        """What is still to be recorded."""
        left = self._left(self._recorded())
        left_s = [self._streams_s[place] for place in left]
        entries = with_turns(self._clips)
        streams = len(entries) * self._plan.repeats
        return SweepSize(
            entries=entries,
            streams_s=tuple(self._streams_s[place] for place in entries),
            streams=streams,
            recorded=streams - len(left),
            stream_minutes=sum(left_s) / 60,
            minutes=sum(lasts_s(run_s, self._plan.at_once) for run_s in batched(left_s, _PER_RUN_MAX)) / 60,
        )

    @property
    def session_folder(self) -> Path | None:
        """Of the run in progress, or of the last one."""
        return None if self._run is None else self._run.session_folder

    def stop(self, *, drain: bool = True) -> None:
        """End the recording, drained or at once; the same sweep continues it later."""
        self._stopped = True
        if self._run is not None:
            self._run.stop(drain=drain)

    async def run(self) -> SweepRecording:
        """Record what is missing; expected failures are in the result."""
        problem: Problem | None = None
        rounds, sent_s = 0, 0.0
        while (left := self._left(traces := self._recorded())) and not self._stopped and rounds < _ROUNDS_MAX:
            result = await self._record(left[:_PER_RUN_MAX], scout=not traces)
            problem = result.problem
            sent_s += result.sent_s
            self._note_quality(result)
            if result.refused is not None and self._next_threshold(result):
                continue
            if result.unsupported and self._state.force_end:
                self._state.force_end = False
                self._notes.append(NO_FORCE_END)
                continue
            if result.given_up is not None:
                # Another run would wait for that generator, send its load from another place, or leave nothing.
                problem = result.given_up
                break
            if not result.done:
                break
            rounds += len(left) <= _PER_RUN_MAX
        traces = self._recorded()
        missing = len(self._left(traces))
        self._state.complete = not missing
        self._save()
        return SweepRecording(
            traces=traces,
            sessions=tuple(self._sessions()),
            missing=missing,
            sent_s=sent_s,
            notes=tuple(self._notes),
            problem=problem if missing else None,
            interrupted=self._stopped,
            invalid=self._invalid,
        )

    # ------------------------------------------------------------ recording

    async def _record(self, entries: Sequence[int], *, scout: bool) -> ClipRunResult:
        options = recording_options(self._plan.base.options, self._state.eot)
        plan = clip_plan(
            replace(self._plan.base, options=options),
            self._plan.data,
            entries,
            columns=self._plan.columns,
            at_once=self._plan.at_once,
            line_noise_dbfs=self._plan.line_noise_dbfs,
        )
        self._run = ClipRun(
            plan,
            scout=scout,
            force_ends_s=force_ends_s(self._clips) if self._state.force_end else None,
            on_progress=self._on_progress,
            on_event=self._take,
            local=self._local,
            sessions_dir=self._sessions_dir,
            make_engine=self._make_engine,
        )
        return await self._run.run()

    def _take(self, event: Event) -> None:
        if isinstance(event, RunStarted) and self._run is not None and self._run.session_folder is not None:
            # At once: a killed sweep is continued too.
            self._state.sessions.append(self._run.session_folder.name)
            self._save()
        self._on_event(event)

    def _next_threshold(self, result: ClipRunResult) -> bool:
        """Go on with the next lower of the highest thresholds, where the build has refused this one."""
        lower = [eot for eot in EOT_LADDER if eot < self._state.eot]
        if result.session_folder is not None and result.session_folder.name in self._state.sessions:
            self._state.sessions.remove(result.session_folder.name)
            remove_session(result.session_folder)
        if not lower:
            return False
        self._notes.append(
            f"This build refuses eot_threshold {self._state.eot:g}: recorded at {lower[0]:g}, which is then the "
            "highest that can be evaluated."
        )
        self._state.eot = lower[0]
        return True

    def _note_quality(self, result: ClipRunResult) -> None:
        if note := result.invalid_note("recording"):
            self._invalid = True
            self._notes.append(note)

    # ------------------------------------------------------------ what is recorded

    def _recorded(self) -> tuple[Trace, ...]:
        return read_traces(self._sessions()).traces

    def _sessions(self) -> list[Path]:
        return [folder for name in self._state.sessions if (folder := self._sessions_dir / name).is_dir()]

    def _left(self, traces: Sequence[Trace]) -> list[int]:
        """Places of the clips that are still to be sent, in random order, every clip once before any a second time."""
        recorded_counts = Counter((trace.path, trace.offset_s) for trace in traces)
        left: list[int] = []
        for repeat in range(self._plan.repeats):
            order = list(range(len(self._clips)))
            random.Random(f"{self._plan.seed}/{repeat}").shuffle(order)  # noqa: S311 - an order, not a secret
            for place in order:
                clip = self._clips[place]
                if repeat >= recorded_counts[str(clip.path), clip.offset_s] and reference_turns(clip):
                    left.append(place)
        return left

    # ------------------------------------------------------------ state

    def _save(self) -> None:
        if not self._state.save(self._state_path) and NOT_SAVED not in self._notes:
            self._notes.append(NOT_SAVED)


def force_ends_s(clips: Sequence[Clip]) -> dict[int, list[float]]:
    """By place: where in a clip each turn but the last is to be ended, if the server has not done so."""
    return {
        place: [max(turn.start_s - FORCE_BEFORE_S, before.end_s) for before, turn in pairwise(turns)]
        for place, clip in enumerate(clips)
        if len(turns := reference_turns(clip)) > 1
    }
