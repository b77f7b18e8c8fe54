"""Plays what is to be heard; the sound comes from a process of its own (`audio.listening`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from flux_desktop.audio.listening.client import ListeningProcess as Process
from flux_desktop.audio.listening.protocol import Hear, Volume
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.listening import ListeningState, ListeningTrack
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "listening"
AGAIN_AFTER_S, AGAIN_AFTER_MAX_S = 1.0, 15.0
"""A process that has lost its output is started again after this long, each time twice as long."""

MakeProcess = Callable[[int, str], Process]


class Listener:
    """Starts, steers and ends the process; only one at a time. `on_change` is called when the state has changed."""

    def __init__(
        self,
        state: ListeningState,
        tasks: UiTasks,
        on_change: Callable[[], None],
        make: MakeProcess = Process,
        again_after_s: float = AGAIN_AFTER_S,
    ) -> None:
        self._state = state
        self._tasks = tasks
        self._on_change = on_change
        self._make = make
        self._again_after_s = again_after_s
        self._process: Process | None = None
        self._running: tuple[int, str] | None = None
        """Sample rate and output of the process, while one is wanted."""
        self._sent: tuple[ListeningTrack | None, float] | None = None
        self.ready = False
        """Whether the output is open, so that what is commanded now is heard at once."""

    def update(self, playback: ListeningTrack | None) -> None:
        """Play this; None ends the process. Doing so twice does nothing."""
        wanted = None if playback is None else (playback.sample_rate_hz, self._state.output_name)
        if wanted != self._running:
            self._running = wanted
            self._sent = None
            self.ready = False
            self._tasks.cancel(GROUP)
            self._state.problem = None
            self._show(sounding=False, behind_s=None)
            if wanted is not None:
                self._tasks.start("listening", self._listen(*wanted), group=GROUP)
        if playback is not None and (playback, self._state.gain) != self._sent:
            self._sent = (playback, self._state.gain)
            self._command()

    def _command(self) -> None:
        if self._process is not None and self._sent is not None:
            playback, gain = self._sent
            assert playback is not None
            self._process.send(Volume(gain=gain))
            self._process.send(Hear(segments=list(playback.segments), zero_s=playback.zero_s))

    async def _listen(self, sample_rate_hz: int, output: str) -> None:
        wait_s = self._again_after_s
        while True:
            process = self._make(sample_rate_hz, output)
            try:
                self._process = process
                self._command()
                if await self._hear(process):
                    wait_s = self._again_after_s
            except OSError as error:
                self._trouble(
                    Problem(code="playing_failed", what="Nothing can be played.", why=f"{error.strerror or error}.")
                )
            finally:
                if self._process is process:
                    self._process = None
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, AGAIN_AFTER_MAX_S)

    async def _hear(self, process: Process) -> bool:
        """Take the reports of one process; whether anything was heard of it."""
        was_heard = False
        async with aclosing(process.reports()) as reports:
            async for report in reports:
                if report.is_over:
                    self._trouble(report.problem)
                    continue
                self.ready = report.is_ready
                was_heard = was_heard or report.position_s is not None
                self._state.problem = report.problem
                self._show(sounding=report.position_s is not None, behind_s=report.behind_s)
        return was_heard

    def _trouble(self, problem: Problem | None) -> None:
        self.ready = False
        self._state.problem = problem
        self._show(sounding=False, behind_s=None)

    def _show(self, *, sounding: bool, behind_s: float | None) -> None:
        self._state.sounding = sounding
        self._state.behind_ms = None if behind_s is None else behind_s * 1000
        self._on_change()
