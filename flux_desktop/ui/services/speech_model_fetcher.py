"""Downloads speech models in the background of the window."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Signal

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.speech_models.catalogue import SpeechModel
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.speech_models import SpeechModelState
from flux_desktop.ui.services.tasks import UiTasks

LIMIT_S = 3600.0
_END_MAX_S = 2.0
"""How long closing the window waits for a download to remove what it has stored."""


class SpeechModelFetcher(QObject):
    """Starts and cancels downloads; their progress is in the shared state. Lives on the window's thread.

    Signals:
        installed: the name of a model that can be used from now on.
        failed: a `Problem`; it is also in the model's state.
    """

    installed = Signal(str)
    failed = Signal(object)

    def __init__(self, state: AppState, tasks: UiTasks) -> None:
        super().__init__()
        self._state = state
        self._tasks = tasks
        self._cancelled: dict[str, threading.Event] = {}

    def look(self) -> None:
        """See which models are installed by now."""
        for name in self._state.speech_models.look():
            self.installed.emit(name)
        self._state.changed()

    def fetch(self, name: str) -> None:
        """Download a model; does nothing while it is being downloaded."""
        state = self._state.speech_models.by_name[name]
        if state.fetching:
            return
        state.step, state.problem = f"Downloading {state.model.title}.", None
        state.received_bytes = state.total_bytes = 0
        state.cancelling = False
        self._tasks.start(f"downloading {state.model.title}", self._fetch(state), group="speech models")
        self._state.changed()

    def cancel(self, name: str) -> None:
        """End a download; it removes what it has stored."""
        cancelled = self._cancelled.get(name)
        if cancelled is not None:
            cancelled.set()
            self._state.speech_models.by_name[name].cancelling = True
            self._state.changed()

    async def _fetch(self, state: SpeechModelState) -> None:
        loop, name = asyncio.get_running_loop(), state.model.name
        cancelled, ended = self._cancelled.setdefault(name, threading.Event()), asyncio.Event()

        def on_loop(change: partial[None]) -> None:
            with contextlib.suppress(RuntimeError):  # the window may have been closed in the meantime
                loop.call_soon_threadsafe(change)

        def work() -> None:
            from flux_desktop.speech_models.fetch import fetch  # brings what only a download needs

            try:
                fetch(
                    state.model,
                    report=lambda sentence: on_loop(partial(self._take_step, state, sentence)),
                    progress=lambda received, total: on_loop(partial(self._take_progress, state, received, total)),
                    cancelled=cancelled,
                )
            finally:
                on_loop(partial(ended.set))

        try:
            await in_thread(work, LIMIT_S)
        except ProblemError as error:
            self._fail(state, error.problem)
        except TimeoutError:
            self._fail(state, _too_slow(state.model))
        except asyncio.CancelledError:
            cancelled.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_MAX_S):
                    await ended.wait()
            raise
        finally:
            cancelled.set()
            self._cancelled.pop(name, None)
            state.step = ""
        self.look()

    def _take_step(self, state: SpeechModelState, sentence: str) -> None:
        if state.fetching:
            state.step, state.received_bytes, state.total_bytes = sentence, 0, 0
            self._state.changed()

    def _take_progress(self, state: SpeechModelState, received_bytes: int, total_bytes: int) -> None:
        before = state.percent
        state.received_bytes, state.total_bytes = received_bytes, total_bytes
        if state.percent != before:
            self._state.changed()

    def _fail(self, state: SpeechModelState, problem: Problem) -> None:
        if problem.code == "speech_model_not_fetched":  # its advice is a command
            problem = msgspec.structs.replace(problem, todo="Check the network connection, then try again.")
        state.problem = problem
        if problem.code != "fetch_cancelled":
            self.failed.emit(problem)


def _too_slow(model: SpeechModel) -> Problem:
    return Problem(
        code="speech_model_not_fetched",
        what=f"The speech model {model.title} could not be downloaded.",
        why=f"The download took longer than {LIMIT_S / 60:.0f} minutes.",
    )
