"""Engines for windows under test, which wait, fail or replay, and what tests do with such a window again and again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.events import (
    Event,
    RunEnded,
)
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.services.engine_port import EngineFactory, EventSink, RunEngine
from flux_desktop.ui.services.replay import ReplayEngine
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import until


def replaying(events: list[Event], speed: float = 0.0) -> EngineFactory:
    return lambda sink: ReplayEngine(sink, events, speed)


class Waiting:
    """An engine that streams nothing and ends when it is stopped; keeps its plan and the arguments of the stop."""

    def __init__(self, sink: EventSink, released: asyncio.Event | None = None) -> None:
        """Stopped or cancelled, it ends at once, or, cancelled, when it is `released`."""
        self.session_folder: Path | None = None
        self.stops: list[bool] = []
        self.commands: list[object] = []
        self.plan: RunPlan | None = None
        self._released = released
        self._stopped = asyncio.Event()

    async def run(self, plan: RunPlan) -> RunEnded:
        self.plan = plan
        try:
            await self._stopped.wait()
        except asyncio.CancelledError:
            if self._released is not None:
                await self._released.wait()
            raise
        return RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": plan.connections})

    def send(self, command: object) -> None:
        self.commands.append(command)

    def stop(self, *, drain: bool = True) -> None:
        self.stops.append(drain)
        if not drain and self._released is None:
            self._stopped.set()


class Engines(list[Waiting]):
    """Makes engines that wait, and remembers them."""

    def __call__(self, sink: EventSink) -> RunEngine:
        self.append(Waiting(sink))
        return self[-1]

    def sent[T](self, kind: type[T]) -> list[T]:
        """The commands of one kind that the newest of them was given."""
        return [command for command in self[-1].commands if isinstance(command, kind)]


class Failing(Waiting):
    """An engine that fails at once."""

    error: Exception = ProblemError(Problem(code="no_local", what="It fell over.", why="No port.", todo="Try again."))

    async def run(self, plan: RunPlan) -> RunEnded:
        raise self.error


async def with_sample(window: MainWindow) -> None:
    window.recordings.load_sample()
    await until(lambda: window.state.recording is not None, "the sample is read")


async def with_ended_run(window: MainWindow) -> None:
    """The sample, streamed to the end of the run."""
    await with_sample(window)
    window.starter.start()
    await until(lambda: window.state.run.ended is not None, "the run has ended")


def labels(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.text()]
