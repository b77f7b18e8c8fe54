"""Starts, steers and stops runs for the window."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.commands import SendControl, SetParameters, Watch
from flux_desktop.engine.records.events import Event, RunEnded
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan, plan_problems
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.models.session_clock import SessionClock
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink, RunEngine
from flux_desktop.ui.services.mailbox import Mailbox
from flux_desktop.ui.services.past_messages import PastMessages
from flux_desktop.ui.services.past_run import PastRun
from flux_desktop.ui.services.replay import ReplayEngine
from flux_desktop.ui.services.tasks import UiTasks

RUN_GROUP = "run"

Released = Callable[[], Awaitable[None]]


class RunController(QObject):
    """One run at a time. Events go into the mailbox; the window's clock feeds them to the model.

    Signals:
        phase_changed: a run began, is stopping, or ended.
        problem: a `Problem` to show.
        warning: a `Problem` that keeps no run from beginning.
    """

    phase_changed = Signal()
    problem = Signal(object)
    warning = Signal(object)

    def __init__(self, model: RunModel, mailbox: Mailbox, tasks: UiTasks, make_engine: EngineFactory) -> None:
        super().__init__()
        self._model = model
        self._mailbox = mailbox
        self._tasks = tasks
        self.make_engine = make_engine
        self.clock: SessionClock | None = None
        """Of the replay in progress, or that has just ended."""
        self.space_problem: Callable[[float], Problem | None] = lambda _stream_minutes: None
        """Whether a run has room on the disk, whatever it is part of."""
        self._engine: RunEngine | None = None
        self._task: asyncio.Task[None] | None = None
        self._watched: set[int] = set()
        self._has_end = False
        self._earlier_folder: Path | None = None
        self._replayed: PastRun | None = None
        self._past = PastMessages(model, tasks, self.phase_changed.emit)

    @property
    def session_folder(self) -> Path | None:
        """Where the run that is shown is recorded."""
        if self._model.plan is None:
            return None
        shows_earlier = self._model.attempt or self._model.failed_attempt
        return self._earlier_folder if shows_earlier else self.newest_folder

    @property
    def newest_folder(self) -> Path | None:
        """Where the run that was started last is recorded, also if it never had a stream."""
        return None if self._engine is None else self._engine.session_folder

    def start(
        self,
        plan: RunPlan,
        truth: SpokenWords | None = None,
        planned_s: float | None = None,
        released: Released | None = None,
        make_engine: EngineFactory | None = None,
        *,
        stream_minutes: float | None = None,
    ) -> bool:
        """Begin a run that is to last `planned_s`; an invalid plan is reported by `problem` instead.

        `stream_minutes` are those of all its streams, None where all of them last as long as the run. `released` is
        awaited before the engine runs: until then the window itself holds the microphone. `make_engine` makes another
        engine than that of other runs.
        """
        if self._model.active:
            return False
        problems = plan_problems(plan)
        for problem in problems:
            self.problem.emit(problem)
        if problems:
            return False
        if stream_minutes is None and planned_s is not None:
            stream_minutes = plan.connections * planned_s / 60
        if stream_minutes is not None and (short := self.space_problem(stream_minutes)) is not None:
            self.warning.emit(short)
        return self._begin(plan, truth, planned_s, make_engine or self.make_engine, released)

    def replay(
        self, past: PastRun, speed: float, truth: SpokenWords | None = None, planned_s: float | None = None
    ) -> bool:
        """Play a recording: `speed` times as fast, or all at once with 0."""
        if self._model.active:
            return False
        origin = Origin.REPLAY if speed else Origin.PAST
        self.clock = SessionClock(speed) if speed else None
        if self.clock is not None:
            self.clock.play(time.monotonic())

        def rewind() -> Iterable[Event]:
            self._clear_mailbox()
            self._model.begin(past.plan, truth, planned_s, origin)
            self.phase_changed.emit()
            return past.again()

        def make(sink: EventSink) -> RunEngine:
            return ReplayEngine(
                sink,
                past.events,
                speed,
                full=lambda: self._mailbox.busy,
                folder=past.folder,
                clock=self.clock,
                on_rewind=rewind,
            )

        self._replayed = past
        begun = self._begin(past.plan, truth, planned_s, make, origin=origin)
        if begun and past.digest is not None:
            self._past.begin(past.digest)
        return begun

    @property
    def found(self) -> str:
        """What the search or experiment found that the past run shown is part of; empty for any other run."""
        return "" if self._replayed is None or self._model.origin is Origin.LIVE else self._replayed.found

    def turn_to_come_s(self, conn: int, after_s: float) -> float | None:
        """Where in a connection's audio the next turn of the replay in progress begins; None where it is not known."""
        is_replay = self._model.active and self._model.origin is Origin.REPLAY
        return self._replayed.turn_after_s(conn, after_s) if is_replay and self._replayed is not None else None

    def _begin(
        self,
        plan: RunPlan,
        truth: SpokenWords | None,
        planned_s: float | None,
        make_engine: EngineFactory,
        released: Released | None = None,
        origin: Origin = Origin.LIVE,
    ) -> bool:
        self._clear_mailbox()
        if origin is not Origin.REPLAY:
            self.clock = None
        self._earlier_folder = self.session_folder
        self._past.begin(None)
        self._model.begin(plan, truth, planned_s, origin)
        # Made at once, so that a stop that follows at once is not lost.
        engine = self._engine = make_engine(self._sink)
        self._has_end = False
        self._watched = set(range(1, min(plan.connections, TABS_MAX) + 1))
        engine.send(Watch(connections=sorted(self._watched)))
        started = self._task = self._tasks.start(
            f"carrying out the run on {plan.endpoint}",
            self._run(engine, plan, released),
            group=RUN_GROUP,
            on_problem=self._failed,
        )
        self.phase_changed.emit()
        return started is not None

    def _clear_mailbox(self) -> None:
        while self._mailbox.take() is not None:
            pass  # left over from the run before, or from before a jump back

    def stop(self) -> None:
        """First time: finish the turns, then close. Second time: at once."""
        if not self._model.active or self._engine is None:
            return
        again = self._model.phase is RunPhase.STOPPING
        self._model.phase = RunPhase.STOPPING
        self._engine.stop(drain=not again)
        self.phase_changed.emit()

    async def finish(self, timeout_s: float) -> None:
        """End the run at once, and wait at most so long until what its connections were doing is recorded."""
        if self._engine is not None and self._task is not None and not self._task.done():
            self._model.phase = RunPhase.STOPPING
            self._engine.stop(drain=False)
            await asyncio.wait({self._task}, timeout=timeout_s)

    def watch(self, conn: int) -> None:
        """Ask for one more connection's messages, because it is being looked at: as they come, or of a past run."""
        self._past.load([conn])
        if self._engine is not None and self._model.active and conn not in self._watched:
            self._watched.add(conn)
            self._engine.send(Watch(connections=sorted(self._watched)))

    def run_shown(self) -> None:
        """The end of the run is on the screen."""
        self._past.run_shown()

    async def loaded(self, conns: Iterable[int]) -> None:
        """Return when these connections of a past run have been read. Raises `ProblemError`."""
        await self._past.loaded(conns)

    def load_all(self) -> None:
        """Read all connections of a past run, because their texts are searched."""
        self._past.load(sorted(self._model.unread))

    def send(self, command: SetParameters | SendControl) -> None:
        """Send a command to the run in progress, if there is one."""
        if self._engine is not None and self._model.active:
            self._engine.send(command)

    async def _run(self, engine: RunEngine, plan: RunPlan, released: Released | None) -> None:
        if released is not None:
            await released()
        if self._model.phase is RunPhase.STOPPING:  # stopped before it had begun
            ledger = {str(LedgerClass.NOT_STARTED): plan.connections}
            self._mailbox.put(RunEnded(t=0.0, verdict=Verdict.DONE, ledger=ledger, interrupted=True))
            return
        ended = await engine.run(plan)
        if not self._has_end:
            self._mailbox.put(ended)

    def _sink(self, event: Event) -> None:
        self._has_end = self._has_end or isinstance(event, RunEnded)
        self._mailbox.put(event)

    def _failed(self, problem: Problem) -> None:
        """The engine itself failed: end the run for the window."""
        model = self._model.current
        self._mailbox.put(RunEnded(t=model.now_s, verdict=Verdict.FAIL, ledger=dict(model.ledger), problem=problem))
