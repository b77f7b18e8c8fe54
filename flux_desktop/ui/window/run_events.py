"""Feeds the events of a run to the models, and shows at once what a person must know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from flux_desktop.engine.recording.run_recording import NOT_FETCHED
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice, RunEnded, RunStarted
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.live_parameters import REFUSED_CODE
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.widgets.open_folder import open_folder
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from flux_desktop.ui.window.run_accuracy import RunAccuracyView
from flux_desktop.ui.window.run_banner import SUMMARY, summary


class RunEvents(QObject):
    """Everything runs on the window's thread, called by its clock.

    Signals:
        run_finished: a run has ended and its last event has been shown.
        recorded: the session folder of a run that has ended, or None.
        report_wanted: the session folder of a run whose report is to be written.
    """

    run_finished = Signal()
    recorded = Signal(object)
    report_wanted = Signal(object)

    def __init__(
        self,
        state: AppState,
        page: LivePage,
        controller: RunController,
        preview: MicrophonePreview,
        accuracy: RunAccuracyView,
    ) -> None:
        super().__init__()
        self._state = state
        self._page = page
        self._controller = controller
        self._preview = preview
        self._accuracy = accuracy

    def take(self, event: Event) -> None:
        """Take one event of the run."""
        state, banners = self._state, self._page.banners
        known_refusal = bool(state.live.explanation)
        state.run.feed(event)
        state.live.feed(event)
        state.observed.take(event)
        if isinstance(event, LevelMeasured):
            self._preview.show_level(event)
        elif isinstance(event, RunStarted):
            banners.withdraw(SUMMARY)  # of the run before
            state.live.bundle_known(event.plan.bundle)
            self._page.endpoint_panel.set_note(" ".join(event.notes))
        elif isinstance(event, Notice) and event.problem.code == REFUSED_CODE:
            self._remember_refusal()
            if not known_refusal:  # once is enough, however many streams were ended
                banners.show_problem(event.problem, "warn")
        elif isinstance(event, Notice):
            banners.show_problem(event.problem, "warn")
        elif isinstance(event, RunEnded):
            self._ended(event)

    def _ended(self, event: RunEnded) -> None:
        self._state.live.end()
        if event.problem is not None:
            self._page.banners.show_problem(event.problem)
        else:
            self._page.banners.withdraw(NOT_FETCHED)  # the summary says it, too
            self._show_summary()
            if self._state.run.failed_attempt is None:
                self._accuracy.read(self._controller.newest_folder, self._show_summary_again)
        self._page.transcripts.refresh()
        self._state.changed()
        self.run_finished.emit()
        if self._state.run.origin is Origin.LIVE:
            self.recorded.emit(self._controller.newest_folder)

    def _show_summary(self) -> None:
        """The banner with the run's result, and what can be looked at."""
        run, folder = self._state.run, self._controller.newest_folder
        result = summary(run.failed_attempt or run, folder, self._controller.found)
        if result is not None:
            actions: dict[str, Callable[[], object]] = {}
            if run.accuracy is not None:
                actions["Accuracy…"] = self._accuracy.show
            if folder is not None:
                actions["Report…"] = partial(self.report_wanted.emit, folder)
                actions["Show in folder"] = partial(open_folder, folder)
            self._page.banners.show_problem(*result, actions)

    def _show_summary_again(self) -> None:
        """With the accuracy, unless the person has closed the banner."""
        banners = self._page.banners
        if any(banner.problem.code == SUMMARY for banner in banners.banners()):
            banners.withdraw(SUMMARY)
            self._show_summary()
        self._state.changed()

    def _remember_refusal(self) -> None:
        """The account's endpoint rejects `Configure`; the built-in one says so itself at every start."""
        plan, known = self._state.run.plan, self._state.refuses_configure
        if plan is not None and not plan.is_local and plan.endpoint not in known:
            known.append(plan.endpoint)
