"""Pages are built by being shown; until then nothing can be asked of their experiments."""

from __future__ import annotations

from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.pages.page_frame import CAPACITY, TUNE
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.deferred_pages import DeferredPages
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.page_parts import PageParts
from flux_desktop.ui.window.price_keeper import PriceKeeper
from tests.ui.conftest import Stage
from tests.ui.window.page_bench import PageBench


async def test_a_search_counts_from_its_page_on(bench: PageBench, theme: ThemeSource) -> None:
    prices = PriceKeeper(bench.state, bench.tasks)
    pages = DeferredPages(PageParts(theme, bench.state, bench.controller, prices, bench.page.banners, bench.tasks))
    pages.refresh()
    pages.run_finished()
    assert not pages.searches_capacity()
    assert (pages.tune.built, pages.capacity.built) == (None, None)
    bench.built.append(pages.capacity_page())
    pages.capacity.get().searcher.search_sample()
    assert pages.searches_capacity()
    pages.run_finished()
    assert not pages.searches_capacity()


def test_the_window_builds_a_page_when_it_is_first_shown(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        assert (window.pages.tune.built, window.pages.capacity.built) == (None, None)
        for index, tools in ((TUNE, window.pages.tune), (CAPACITY, window.pages.capacity)):
            window.frame.show_page(index)
            assert tools.built is not None
            assert window.frame.stack.currentWidget() is tools.built.page
            assert tools.built.page.isVisible()

    stage(Supervisor, live)
