"""Pages of the window together with what works for them, to be built when a page is first shown."""

from __future__ import annotations

from flux_desktop.ui.pages.capacity_page import CapacityPage
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.window.capacity_searcher import CapacitySearcher
from flux_desktop.ui.window.comparer import Comparer
from flux_desktop.ui.window.confirmer import Confirmer
from flux_desktop.ui.window.isolation_checker import IsolationChecker
from flux_desktop.ui.window.page_parts import PageParts
from flux_desktop.ui.window.trace_recorder import TraceRecorder
from flux_desktop.ui.window.tuner import Tuner


class TuneTools:
    """The Tune page and its experiments, each of which is a run. Building it begins to read the data set."""

    def __init__(self, parts: PageParts) -> None:
        theme, state, controller, _prices, banners, tasks = parts
        page = self.page = TunePage(theme, state)
        self.tuner = Tuner(state, page, tasks)
        self.recorder = TraceRecorder(state, page, controller, tasks, self.tuner.show, banners)
        self.confirmer = Confirmer(state, page, controller, self.recorder, banners)
        self.comparer = Comparer(state, page, controller, self.recorder, banners)
        self.isolation = IsolationChecker(state, page, controller, banners)
        self._experiments = (self.recorder, self.confirmer, self.comparer, self.isolation)
        for offer in (self.confirmer, self.comparer):
            self.tuner.listen(offer.refresh)
        self.recorder.begin()

    def refresh(self) -> None:
        """Show the progress; called at the pace of labels."""
        for experiment in self._experiments:
            experiment.refresh()

    def run_finished(self) -> None:
        """A run of the window has ended; the experiment that it was of shows what came of it."""
        for experiment in self._experiments:
            experiment.run_finished()


class CapacityTools:
    """The Capacity page and the search that it shows, which is a run."""

    def __init__(self, parts: PageParts) -> None:
        theme, state, controller, prices, banners, tasks = parts
        self.page = CapacityPage(theme, state)
        self.searcher = CapacitySearcher(state, self.page, controller, prices, banners, tasks)

    def refresh(self) -> None:
        """Show the progress; called at the pace of labels."""
        self.searcher.refresh()

    def run_finished(self) -> None:
        """A run of the window has ended; if it was the search, its result is shown."""
        self.searcher.run_finished()
