"""Records a data set for the Tune page, as a run like any other, and evaluates what was recorded or a past session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, WavSource
from flux_desktop.evaluation.thresholds.presets import PresetLimit
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import Measurement, cost_words, size_words
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.models.tune_curve import Evaluation, evaluated
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.engine_port import EventSink
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.sweep_engine import SweepEngine, prepared
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.file_dialogs import ask_session
from flux_desktop.ui.window.clip_run_progress import ClipRunProgress, shown_plan
from flux_desktop.ui.window.run_banner import SUMMARY

if TYPE_CHECKING:
    from flux_desktop.experiments.sweep import SweepRecording
    from flux_desktop.experiments.sweep_plan import SweepPlan, SweepSize

SIZE, EVALUATION = "tune size", "tune evaluation"
NO_TRACES = Problem(
    code="no_traces",
    what="Nothing can be evaluated.",
    why="No clip with known turns was streamed to its end.",
    todo="Record again, or choose a session that streamed a data set with turns.",
)


class TraceRecorder:
    """One recording at a time; it is a run, so that the rest of the window shows it like any other."""

    def __init__(
        self,
        state: AppState,
        page: TunePage,
        controller: RunController,
        tasks: UiTasks,
        show: Callable[[Evaluation], None],
        banners: BannerStack,
    ) -> None:
        self._state, self._controller, self._tasks = state, controller, tasks
        self._panel, self._model = page.measure_panel, page.model
        self._show, self._banners = show, banners
        self.recorded: tuple[SweepPlan, tuple[Trace, ...]] | None = None
        """The last recording, where it is what the page shows; None for a past session."""
        self._plan: SweepPlan | None = None
        self._size: SweepSize | None = None
        self._sized: tuple[Measurement, str] | None = None
        """What the size is of: the measurement and the endpoint."""
        self._engine: SweepEngine | None = None
        """Of the recording in progress."""
        self._progress = ClipRunProgress(state)
        self._result = ""
        self._begun = False
        panel = self._panel
        panel.record_wanted.connect(self.record)
        panel.cancel_wanted.connect(controller.stop)
        panel.session_wanted.connect(self._ask_session)
        panel.changed.connect(self.refresh)
        state.listen(self.refresh)
        self.refresh()

    @property
    def entries(self) -> tuple[int, ...]:
        """Places of the clips that state turns; none while that is not known."""
        return () if self._size is None else self._size.entries

    def chosen(self) -> SweepPlan:
        """The recording that the panel's choices ask for. Raises `ProblemError` where the bundled data set is gone."""
        return self._panel.measurement.plan(self._state.plan(WavSource(path="")))

    def live_cost(self, streams: Sequence[tuple[str, Setting]]) -> str:
        """What a live run of the data set uses, with such streams of each clip: their endpoint and setting.

        Minutes of the built-in endpoint count only where nothing else is used. Empty while that is not known.
        """
        if self._size is None:
            return ""
        paid = [stream for stream in streams if stream[0] != LOCAL_ENDPOINT] or streams
        stream_minutes = sum(self._size.live_streams_s([setting.timeout_ms for _, setting in paid])) / 60
        return cost_words(stream_minutes, paid[0][0], self._state.prices)

    def live_s(self, settings: Sequence[Setting], at_once: int) -> float | None:
        """How long a live run with a stream of each clip at each setting lasts at most, so many at the same time."""
        return None if self._size is None else self._size.live_s([each.timeout_ms for each in settings], at_once)

    @property
    def recording(self) -> bool:
        """Whether a recording is in progress."""
        return self._engine is not None

    def begin(self) -> None:
        """Look at the data set from now on; called when the page is shown."""
        self._begun = True
        self.refresh()

    def record(self) -> None:
        """Begin to record as chosen; does nothing while a run is active or the data set has not been read."""
        if self._size is None or self._state.run.active:
            return
        try:
            plan = self.chosen()
        except ProblemError as error:
            self._banners.show_problem(error.problem)
            return
        self._progress.begin()
        self._plan = plan

        def make(sink: EventSink) -> SweepEngine:
            self._engine = SweepEngine(sink, plan, self._controller.make_engine, self._progress.take)
            return self._engine

        shown = shown_plan(plan.base, plan.data, plan.at_once)
        self._controller.start(shown, None, 60 * self._size.minutes, make_engine=make)
        self._state.changed()

    def open_session(self, folder: Path) -> None:
        """Evaluate a past session."""
        work = partial(evaluate_session, folder, self._model.limits)
        self.recorded = None
        self._evaluate(work, f"from {folder.name}")

    def run_finished(self) -> None:
        """A run has ended; if it was the recording, its traces are evaluated."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._sized = None  # what is left to record has changed
        recording = engine.recording
        if recording is not None and recording.problem is not None:
            self._banners.show_problem(recording.problem)
        if recording is not None and recording.traces and self._plan is not None:
            self._banners.withdraw(SUMMARY)  # the page shows what came of it
            self.recorded = (self._plan, recording.traces)
            missing = f" · {recording.missing} missing" if recording.missing else ""
            work = partial(evaluate_traces, recording.traces, self._model.limits, recording.notes)
            keep = partial(keep_recording, self._plan, recording, self._model.limits)
            self._evaluate(work, f"{amount(len(recording.traces), 'stream')} recorded{missing}", keep)
        self.refresh()

    def refresh(self) -> None:
        """Show the choices and the progress; called after every change of the state and at the pace of labels."""
        state, panel, run = self._state, self._panel, self._state.run
        panel.refresh_endpoints()
        if self._begun and not self.recording:
            self._keep_size()
        size = self._size
        if size is None:
            panel.show_size("", "")
        else:
            panel.show_size(size_words(size), cost_words(size.stream_minutes, state.endpoint, self._state.prices))
        panel.show_state(
            recording=self.recording,
            stopping=run.phase is RunPhase.STOPPING,
            can_record=not run.active and size is not None,
            recorded=self._model.evaluation is not None,
        )
        if self.recording:
            panel.show_progress(*self._progress.shown())
        else:
            panel.show_progress(0.0, self._result, "")

    def _keep_size(self) -> None:
        """Find out how much there is to record, whenever a choice has changed."""
        wanted = (self._panel.measurement, self._state.endpoint)
        if wanted != self._sized:
            self._sized, self._size = wanted, None
            self._tasks.start("reading the data set", self._read_size(*wanted), group=SIZE, exclusive=True)

    async def _read_size(self, measurement: Measurement, _endpoint: str) -> None:
        sweep = await prepared(measurement.plan(self._state.plan(WavSource(path=""))))
        self._size = await file_work("Reading the sessions of this data set", lambda: sweep.size)
        self.refresh()

    def _ask_session(self) -> None:
        ask_session(self._panel.window(), default_sessions_dir(), self.open_session)

    def _evaluate(self, work: Callable[[], Evaluation], origin: str, keep: Callable[[], object] | None = None) -> None:
        self._tasks.start("evaluating", self._evaluated(work, origin, keep), group=EVALUATION, exclusive=True)

    async def _evaluated(self, work: Callable[[], Evaluation], origin: str, keep: Callable[[], object] | None) -> None:
        self._result = "Evaluating…"
        self.refresh()
        try:
            evaluation = await file_work("Evaluating", work)
        except ProblemError:
            self._result = ""
            self.refresh()
            raise
        self._result = origin
        self._show(evaluation)
        for note in evaluation.notes:
            self._banners.show_problem(Problem(code="trace_note", what=note), "warn")
        self.refresh()
        if keep is not None:
            await file_work("Keeping the result", keep)


def evaluate_session(folder: Path, limits: Sequence[PresetLimit]) -> Evaluation:
    """Read a session's traces and replay them; for a thread. Raises `ProblemError`."""
    read = read_traces([folder])
    return evaluate_traces(read.traces, limits, read.notes)


def keep_recording(plan: SweepPlan, recording: SweepRecording, limits: Sequence[PresetLimit]) -> None:
    """Keep what a recording says for lists and reports; for a thread."""
    from flux_desktop.experiments.sweep_result import kept_report  # brings the engine along, which is needed late

    kept_report(plan, recording, limits)


def evaluate_traces(traces: Sequence[Trace], limits: Sequence[PresetLimit], notes: Sequence[str]) -> Evaluation:
    """Replay traces; for a thread. Raises `ProblemError` where none has turns."""
    if not any(trace.turns for trace in traces):
        raise ProblemError(msgspec.structs.replace(NO_TRACES, why=" ".join(notes) or NO_TRACES.why))
    return evaluated(traces, limits, notes)
