"""One run at a time: what starts it, what stops it, and what the mailbox gets in each ending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.commands import SendControl, Watch
from flux_desktop.engine.records.events import Event, Notice, RunEnded
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.models.run_model import TABS_MAX, RunModel
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from flux_desktop.ui.services.mailbox import Mailbox
from flux_desktop.ui.services.past_run import PastRun
from flux_desktop.ui.services.run_controller import RUN_GROUP, RunController
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui import scripted
from tests.ui.conftest import until
from tests.waiting import PATIENCE_S

FORCE = SendControl(control="ForceEndTurn", connections=[1])
BROKEN = Problem(code="broken", what="The engine is broken.")


class Engine:
    """Runs until `finish`; remembers what it was asked."""

    def __init__(self, sink: EventSink) -> None:
        self.session_folder: Path | None = Path("session")
        self.sink = sink
        self.plans: list[RunPlan] = []
        self.commands: list[object] = []
        self.stops: list[bool] = []
        self._ending: asyncio.Future[RunEnded] = asyncio.get_running_loop().create_future()

    async def run(self, plan: RunPlan) -> RunEnded:
        self.plans.append(plan)
        return await self._ending

    def finish(self) -> RunEnded:
        ended = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 2})
        self._ending.set_result(ended)
        return ended

    def fail(self) -> None:
        self._ending.set_exception(ProblemError(BROKEN))

    def send(self, command: object) -> None:
        self.commands.append(command)

    def stop(self, *, drain: bool = True) -> None:
        self.stops.append(drain)


class Bench:
    """A controller over engines of the test's own."""

    def __init__(self) -> None:
        self.engines: list[Engine] = []
        self.model = RunModel()
        self.mailbox = Mailbox()
        self.failures: list[Problem] = []
        self.problems: list[Problem] = []
        self.phases: list[RunPhase] = []
        self.tasks = UiTasks(self.failures.append)
        self.controller = RunController(self.model, self.mailbox, self.tasks, self._make)
        self.controller.problem.connect(self.problems.append)
        self.controller.phase_changed.connect(lambda: self.phases.append(self.model.phase))

    def _make(self, sink: EventSink) -> RunEngine:
        self.engines.append(Engine(sink))
        return self.engines[-1]

    def taken(self) -> list[Event]:
        events = []
        while (event := self.mailbox.take()) is not None:
            events.append(event)
        return events

    async def over(self) -> list[Event]:
        await until(lambda: not self.tasks.running(RUN_GROUP), "the run's task has ended")
        return self.taken()


@pytest.fixture
async def bench(qapp: QApplication) -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.tasks.close()
    bench.controller.deleteLater()
    assert bench.failures == []


async def test_a_start_resets_the_model_and_runs_the_plan(bench: Bench) -> None:
    bench.mailbox.put(Notice(t=9.0, problem=BROKEN))  # left by the run before
    plan = scripted.plan(2)
    assert bench.controller.start(plan, planned_s=12.0)
    assert (bench.model.plan, bench.model.planned_s, bench.phases) == (plan, 12.0, [RunPhase.STARTING])
    (engine,) = bench.engines
    await until(lambda: engine.plans == [plan], "the engine runs")
    assert bench.controller.session_folder == Path("session")
    ended = engine.finish()
    assert await bench.over() == [ended]


async def test_the_first_connections_are_watched(bench: Bench) -> None:
    bench.controller.start(scripted.plan(TABS_MAX + 8))
    assert bench.engines[0].commands == [Watch(connections=list(range(1, TABS_MAX + 1)))]


async def test_a_second_start_is_refused_while_a_run_is_active(bench: Bench) -> None:
    bench.controller.start(scripted.plan())
    assert not bench.controller.start(scripted.plan())
    assert not bench.controller.replay(PastRun(Path("p"), scripted.plan(), [], cut_off=False), 0.0)
    assert len(bench.engines) == 1


async def test_an_invalid_plan_is_reported_and_not_run(bench: Bench) -> None:
    assert not bench.controller.start(scripted.plan(0, duration_s=-1.0))
    assert len(bench.problems) == 2
    assert (bench.engines, bench.model.phase) == ([], RunPhase.IDLE)


async def test_too_little_room_is_told_and_the_run_begins(bench: Bench) -> None:
    warnings: list[Problem] = []
    asked: list[float] = []
    bench.controller.warning.connect(warnings.append)

    def space_problem(stream_minutes: float) -> Problem | None:
        asked.append(stream_minutes)
        return BROKEN

    bench.controller.space_problem = space_problem
    assert not bench.controller.start(scripted.plan(0), planned_s=30.0)
    assert warnings == [], "what does not begin needs no room"
    assert bench.controller.start(scripted.plan(4), planned_s=30.0)
    assert (asked, warnings) == ([2.0], [BROKEN])


async def test_streams_that_are_shorter_than_the_run_need_less_room(bench: Bench) -> None:
    asked: list[float] = []
    bench.controller.space_problem = asked.append  # type: ignore[assignment]
    assert bench.controller.start(scripted.plan(4), planned_s=30.0, stream_minutes=0.5)
    assert asked == [0.5]


async def test_an_end_that_the_engine_has_already_reported_is_not_repeated(bench: Bench) -> None:
    bench.controller.start(scripted.plan())
    (engine,) = bench.engines
    await until(lambda: bool(engine.plans), "the engine runs")
    ended = RunEnded(t=2.0, verdict=Verdict.PASS, ledger={})
    engine.sink(ended)
    engine.finish()
    assert await bench.over() == [ended]


async def test_the_first_stop_drains_and_the_second_does_not(bench: Bench) -> None:
    bench.controller.stop()
    assert bench.phases == []
    bench.controller.start(scripted.plan())
    bench.controller.stop()
    bench.controller.stop()
    assert bench.engines[0].stops == [True, False]
    assert bench.phases == [RunPhase.STARTING, RunPhase.STOPPING, RunPhase.STOPPING]


async def test_it_can_be_ended_with_its_record(bench: Bench) -> None:
    await bench.controller.finish(PATIENCE_S)  # there is none
    bench.controller.start(scripted.plan())
    await until(lambda: bool(bench.engines[0].plans), "the engine runs")
    ending = asyncio.ensure_future(bench.controller.finish(PATIENCE_S))
    await until(lambda: bench.engines[0].stops == [False], "it is stopped")
    assert not ending.done()
    bench.engines[0].finish()
    await ending
    assert bench.tasks.running(RUN_GROUP) == []


async def test_a_run_begins_after_the_microphone_is_free(bench: Bench) -> None:
    free = asyncio.Event()

    async def released() -> None:
        await free.wait()

    bench.controller.start(scripted.plan(), released=released)
    (engine,) = bench.engines
    await until(lambda: bool(bench.tasks.running(RUN_GROUP)), "the task has begun")
    assert engine.plans == []
    free.set()
    await until(lambda: bool(engine.plans), "the engine runs")


async def test_a_stop_before_the_engine_runs_ends_every_connection_as_not_started(bench: Bench) -> None:
    bench.controller.start(scripted.plan(3))
    bench.controller.stop()
    (ended,) = await bench.over()
    assert isinstance(ended, RunEnded)
    assert ended.ledger == {str(LedgerClass.NOT_STARTED): 3}
    assert ended.interrupted
    assert bench.engines[0].plans == []


async def test_an_engine_that_fails_ends_the_run_with_its_problem(bench: Bench) -> None:
    bench.controller.start(scripted.plan())
    (engine,) = bench.engines
    await until(lambda: bool(engine.plans), "the engine runs")
    engine.fail()
    (ended,) = await bench.over()
    assert isinstance(ended, RunEnded)
    assert (ended.problem, ended.verdict) == (BROKEN, Verdict.FAIL)
    assert ended.ledger == bench.model.ledger


async def test_commands_go_to_an_active_run_only(bench: Bench) -> None:
    bench.controller.send(FORCE)
    bench.controller.start(scripted.plan())
    bench.controller.send(FORCE)
    bench.model.phase = RunPhase.ENDED
    bench.controller.send(FORCE)
    assert bench.engines[0].commands[1:] == [FORCE]


async def test_a_replay_puts_the_recorded_events_into_the_mailbox(bench: Bench) -> None:
    events = scripted.scripted_run(2)
    past = PastRun(Path("past"), scripted.plan(2), events, cut_off=False)
    assert bench.controller.replay(past, 0.0)
    assert bench.controller.session_folder == Path("past")
    assert bench.engines == [], "no engine is started"
    replayed: list[Event] = []
    await until(lambda: replayed.extend(bench.taken()) or not bench.tasks.running(RUN_GROUP), "replayed")  # type: ignore[func-returns-value]
    replayed += bench.taken()
    assert [type(event) for event in replayed] == [type(event) for event in events]


async def test_a_start_that_fails_keeps_the_session_of_the_transcript_that_is_shown(bench: Bench) -> None:
    bench.controller.start(scripted.plan(2))
    first = bench.engines[0]
    first.session_folder = Path("first")
    for event in scripted.scripted_run(2):
        bench.model.feed(event)
    first.finish()
    await bench.over()
    assert bench.controller.session_folder == Path("first")
    bench.controller.start(scripted.plan(2))
    bench.engines[1].session_folder = Path("second")
    await until(lambda: bool(bench.engines[1].plans), "the engine runs")
    assert bench.controller.session_folder == Path("first")
    bench.engines[1].fail()
    for event in await bench.over():
        bench.model.feed(event)
    assert bench.controller.session_folder == Path("first")
    assert bench.controller.newest_folder == Path("second")
    assert bench.model.conversation(1).transcript() == list(scripted.SENTENCES)
