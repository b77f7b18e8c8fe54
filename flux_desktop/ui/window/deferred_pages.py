"""The pages that the window builds when they are first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux_desktop.ui.window.deferred import Deferred
from flux_desktop.ui.window.page_parts import PageParts

if TYPE_CHECKING:
    from flux_desktop.ui.pages.capacity_page import CapacityPage
    from flux_desktop.ui.pages.tune_page import TunePage
    from flux_desktop.ui.window.page_tools import CapacityTools, TuneTools


class DeferredPages:
    """Tune and Capacity. What concerns a page that has not been built concerns no experiment of it either."""

    def __init__(self, parts: PageParts) -> None:
        # These pages bring the plots' library along, which takes longer to import than the window to appear.
        def build_tune() -> TuneTools:
            from flux_desktop.ui.window.page_tools import TuneTools

            return TuneTools(parts)

        def build_capacity() -> CapacityTools:
            from flux_desktop.ui.window.page_tools import CapacityTools

            return CapacityTools(parts)

        self.tune, self.capacity = Deferred(build_tune), Deferred(build_capacity)

    def tune_page(self) -> TunePage:
        """The Tune page; the first call builds it."""
        return self.tune.get().page

    def capacity_page(self) -> CapacityPage:
        """The Capacity page; the first call builds it."""
        return self.capacity.get().page

    def searches_capacity(self) -> bool:
        """Whether a capacity search is in progress."""
        return self.capacity.built is not None and self.capacity.built.searcher.searching

    def refresh(self) -> None:
        """Show the progress of the experiments; called at the pace of labels."""
        for tools in (self.tune.built, self.capacity.built):
            if tools is not None:
                tools.refresh()

    def run_finished(self) -> None:
        """A run of the window has ended; the experiment that it was of shows what came of it."""
        for tools in (self.tune.built, self.capacity.built):
            if tools is not None:
                tools.run_finished()
