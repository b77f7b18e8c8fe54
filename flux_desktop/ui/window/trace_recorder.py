"""Records a data set for the Tune page, as an ordinary run, and evaluates that run or a past session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.engine.connection.stream_switcher import REFUSED_PARAMETERS
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.presets import PresetLimit
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.ui.models import text
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.measurement import DataFacts, build_to_try, fallback, read_facts, streams_ended
from flux_desktop.ui.models.run_model import Phase
from flux_desktop.ui.models.tune_curve import Evaluation, evaluated
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.file_dialogs import ask_session

DATA, EVALUATION = "tune data", "tune evaluation"
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
        on_problem: Callable[[Problem], None],
    ) -> None:
        self._state, self._controller, self._tasks = state, controller, tasks
        self._panel, self._model = page.measure_panel, page.model
        self._show, self._on_problem = show, on_problem
        self._facts: DataFacts | None = None
        self._plan: RunPlan | None = None
        """Of the recording in progress."""
        self._result = ""
        panel = self._panel
        panel.record_wanted.connect(self.record)
        panel.cancel_wanted.connect(controller.stop)
        panel.data_chosen.connect(self.choose_data)
        panel.session_wanted.connect(self._ask_session)
        panel.changed.connect(self.refresh)
        state.listen(self.refresh)
        self.refresh()

    @property
    def recording(self) -> bool:
        """Whether a recording is in progress."""
        return self._plan is not None

    def begin(self) -> None:
        """Read the bundled data set; called when the page is shown, the first time counts."""
        if self._facts is None and not self._tasks.running(DATA):
            self.choose_data("")

    def choose_data(self, path: str) -> None:
        """Measure with another data set; empty is the bundled one."""
        reading = self._read(Path(path) if path else None)
        self._tasks.start("reading the data set", reading, group=DATA, exclusive=True)

    def record(self) -> None:
        """Begin to record as chosen; does nothing while a run is active or the data set is not known."""
        if self._facts is not None and not self._state.run.active:
            build = build_to_try(self._state.build)
            base = self._state.plan(WavSource(path=""))
            self._start(self._panel.measurement.plan(base, self._facts, build))

    def open_session(self, folder: Path) -> None:
        """Evaluate a past session."""
        self._tasks.start(f"evaluating {folder.name}", self._evaluate(folder), group=EVALUATION, exclusive=True)

    def run_finished(self) -> None:
        """A run has ended; if it was the recording, its traces are evaluated."""
        plan, self._plan = self._plan, None
        folder, run = self._controller.session_folder, self._state.run
        ended = (run.failed_attempt or run).ended
        if plan is None:
            return
        problem = None if ended is None else ended.problem or self._first_problem()
        older = fallback(plan)
        if problem is not None and problem.code in REFUSED_PARAMETERS and older is not None:
            self._result = f"This build does not accept {plan.options.eot_threshold:g}; recording at 0.9."
            self._start(older)
        elif folder is not None:
            self.open_session(folder)
        self.refresh()

    def refresh(self) -> None:
        """Show the choices and the progress; called after every change of the state and at the pace of labels."""
        state, panel, run = self._state, self._panel, self._state.run
        panel.refresh_endpoints()
        measurement = panel.measurement
        cost = "" if self._facts is None else measurement.cost_sentence(self._facts, state.endpoint)
        panel.show_data(self._facts, cost)
        panel.show_state(
            recording=self.recording,
            stopping=run.phase is Phase.STOPPING,
            can_record=not run.active and self._facts is not None,
            recorded=self._model.evaluation is not None,
        )
        if self._plan is not None:
            done, total = streams_ended(run.current.ledger), self._plan.connections
            planned_s, passed_s = run.current.planned_s or 1.0, run.current.elapsed_s()
            share = min(1.0, max(done / total, passed_s / planned_s))
            left = f"{text.clock(max(0.0, planned_s - passed_s))} left" if passed_s else "connecting"
            panel.show_progress(share, f"{done} of {total} streams", left)
        else:
            panel.show_progress(0.0, self._result, "")

    def _start(self, plan: RunPlan) -> None:
        assert self._facts is not None
        planned_s = self._panel.measurement.wall_s(self._facts)
        self._plan = plan
        if not self._controller.start(plan, None, planned_s):
            self._plan = None
        self._state.changed()

    def _first_problem(self) -> Problem | None:
        run = self._state.run
        conversations = (run.failed_attempt or run).conversations.values()
        return next((each.summary.problem for each in conversations if each.summary and each.summary.problem), None)

    def _ask_session(self) -> None:
        ask_session(self._panel.window(), default_sessions_dir(), self.open_session)

    async def _read(self, path: Path | None) -> None:
        self._facts = await file_work("Reading the data set", partial(read_facts, path))
        self.refresh()

    async def _evaluate(self, folder: Path) -> None:
        self._result = "Evaluating…"
        self.refresh()
        try:
            evaluation = await file_work(
                f"Evaluating {folder.name}", partial(evaluate_session, folder, self._model.limits)
            )
        except ProblemError:
            self._result = ""
            self.refresh()
            raise
        self._result = f"from {folder.name}"
        self._show(evaluation)
        for note in evaluation.notes:
            self._on_problem(Problem(code="trace_note", what=note))
        self.refresh()


def evaluate_session(folder: Path, limits: tuple[PresetLimit, ...]) -> Evaluation:
    """Read a session's traces and replay them; for a thread. Raises `ProblemError`."""
    read = read_traces([folder])
    usable = [trace for trace in read.traces if trace.turns]
    if not usable:
        raise ProblemError(msgspec.structs.replace(NO_TRACES, why=" ".join(read.notes) or NO_TRACES.why))
    return evaluated(usable, read.setting, limits, read.notes)
