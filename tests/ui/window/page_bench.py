"""The pages with their state and a run controller over scripted engines, without a main window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionChanged, Event, RunEnded
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.pages.page_frame import PageFrame
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.engine_port import EventSink, RunEngine
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.services.mailbox import Mailbox
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted
from tests.ui.conftest import until


class SilentEngine:
    """Runs until it is cancelled; remembers its plan and commands."""

    def __init__(self) -> None:
        self.session_folder: Path | None = None
        self.plan: RunPlan | None = None
        self.commands: list[object] = []

    async def run(self, plan: RunPlan) -> RunEnded:
        self.plan = plan
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    def send(self, command: object) -> None:
        self.commands.append(command)

    def stop(self, *, drain: bool = True, interrupts: bool = True) -> None:
        pass


class PageBench:
    """What the window composes around the page, as far as the tests of its collaborators need it."""

    def __init__(self, theme: ThemeSource) -> None:
        self._theme = theme
        self.built: list[QWidget] = []
        """Pages that were wanted; each is a widget of its own until the frame shows it."""
        self.problems: list[Problem] = []
        self.engines: list[SilentEngine] = []
        self.state = AppState()
        self.heartbeat = Heartbeat()
        self.page = LivePage(theme, self.state, self.heartbeat)
        self.sessions_page = SessionsPage(theme)
        self.frame = PageFrame(
            theme, self.state, self.page, lambda: self.tune_page, lambda: self.capacity_page, self.sessions_page
        )
        self.tasks = UiTasks(self.problems.append)
        self.mailbox = Mailbox()
        self.controller = RunController(self.state.run, self.mailbox, self.tasks, self._make_engine)
        self.controller.problem.connect(self.problems.append)

    @cached_property
    def tune_page(self) -> TunePage:
        return self._keep(TunePage(self._theme, self.state))

    @cached_property
    def capacity_page(self) -> CapacityPage:
        return self._keep(CapacityPage(self._theme, self.state))

    def _keep[P: QWidget](self, page: P) -> P:
        self.built.append(page)
        return page

    def _make_engine(self, sink: EventSink) -> RunEngine:
        self.engines.append(SilentEngine())
        return self.engines[-1]

    def start(self, connections: int = 2, **changes: object) -> SilentEngine:
        """Start a run whose connections all stream."""
        plan = scripted.plan(connections, **changes)
        assert self.controller.start(plan)
        self.state.live.begin(plan.options)
        for conn in range(1, connections + 1):
            self.feed(ConnectionChanged(t=0.5, conn=conn, state=ConnectionState.STREAMING))
        return self.engines[-1]

    def feed(self, *events: Event) -> None:
        for event in events:
            self.state.run.feed(event)

    @property
    def banners(self) -> list[str]:
        """The codes of the problems shown, newest first."""
        return [banner.problem.code for banner in self.page.banners.banners()]

    async def settled(self, group: str) -> None:
        """Wait until no task of this group is under way."""
        await until(lambda: not self.tasks.running(group), f"the tasks of {group} have ended")


@asynccontextmanager
async def page_bench(theme: ThemeSource) -> AsyncGenerator[PageBench]:
    """A bench that ends its tasks and deletes its widgets."""
    bench = PageBench(theme)
    try:
        yield bench
    finally:
        await bench.tasks.close()
        bench.frame.close()
        for component in (*bench.built, bench.frame, bench.heartbeat, bench.controller):
            component.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
