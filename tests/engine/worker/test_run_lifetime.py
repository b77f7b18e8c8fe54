"""What happens to a worker's run before its streams open: refused, made to wait, stopped, or left by its lease."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flux_desktop.aws.target import Credentials
from flux_desktop.engine.records.commands import OpenConnections, StartRun
from flux_desktop.engine.records.events import ConnectionEnded, Event, Histograms, Notice, RunReady, RunRefused
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.worker.event_output import EventOutput
from flux_desktop.engine.worker.run_lifetime import RunLifetime
from tests.engine.worker.test_event_output import Pipe

KEYS = Credentials(access_key="a", secret_key="b")


class Trial:
    """A run of two connections in the first of two workers; its events are seen, none of its streams is opened."""

    def __init__(self, wav: Path | str, *, lease_s: float | None = None, on_demand: bool = False) -> None:
        plan = RunPlan(
            endpoint="nowhere", region="us-east-1", source=WavSource(path=str(wav)), connections=4, on_demand=on_demand
        )
        self.start = StartRun(plan=plan, connections=[1, 3], origin_s=0.0, credentials=KEYS, workers=2, lease_s=lease_s)
        self.pipe = Pipe()
        self.ready = asyncio.Event()
        write = self.pipe.write

        def noted(line: bytes) -> None:
            write(line)
            if self.of(RunReady):
                self.ready.set()

        self.pipe.write = noted  # type: ignore[method-assign]

    def lifetime(self, tasks: asyncio.TaskGroup, early: list[OpenConnections] | None = None) -> RunLifetime:
        return RunLifetime(self.start, EventOutput(self.pipe), tasks, early or [])  # type: ignore[arg-type]

    def of[T: Event](self, kind: type[T]) -> list[T]:
        return [event for event in self.pipe.events if isinstance(event, kind)]

    @property
    def ledger(self) -> dict[int, str]:
        return {event.summary.conn: event.summary.ledger.value for event in self.of(ConnectionEnded)}


async def test_a_run_without_its_audio_is_refused(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "missing.wav")
    async with asyncio.TaskGroup() as tasks:
        await trial.lifetime(tasks).carry_out()
    assert [event.problem.code for event in trial.of(RunRefused)] == ["audio_not_found"]
    assert not trial.of(Histograms)


async def test_a_run_that_was_stopped_while_its_audio_was_read_opens_nothing(sentence_wav: Path) -> None:
    trial = Trial(sentence_wav)
    async with asyncio.TaskGroup() as tasks:
        run = trial.lifetime(tasks)
        run.stop(drain=True)
        carrying = tasks.create_task(run.carry_out())
        await trial.ready.wait()
        assert not carrying.done()  # the other worker is not ready yet
        run.begin(0.0)
    assert trial.ledger == {1: "not started", 3: "not started"}


async def test_what_was_commanded_before_the_run_is_applied_in_it(sentence_wav: Path) -> None:
    trial = Trial(sentence_wav, on_demand=True)
    async with asyncio.TaskGroup() as tasks:
        run = trial.lifetime(tasks, early=[OpenConnections(connections=[3])])
        run.steer(OpenConnections(connections=[4]))
        run.stop(drain=False)
        tasks.create_task(run.carry_out())
        await trial.ready.wait()
        run.begin(0.0)
    assert trial.ledger == {3: "not started", 4: "not started"}


async def test_a_run_whose_lease_ends_does_not_wait_for_the_others(sentence_wav: Path) -> None:
    trial = Trial(sentence_wav, lease_s=0.0)
    async with asyncio.TaskGroup() as tasks:
        await trial.lifetime(tasks).carry_out()
    assert [event.problem.code for event in trial.of(Notice)] == ["lease_ended"]
    assert trial.ledger == {1: "not started", 3: "not started"}
