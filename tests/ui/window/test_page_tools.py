"""Pages with what works for them: built by being shown, and told of the runs that they began."""

from __future__ import annotations

from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.models.run_model import Phase
from flux_desktop.ui.pages.page_frame import CAPACITY, TUNE
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.page_tools import CapacityTools, TuneTools
from flux_desktop.ui.window.price_keeper import PriceKeeper
from flux_desktop.ui.window.trace_recorder import SIZE
from tests.ui.conftest import Stage
from tests.ui.window.page_bench import PageBench


async def test_the_data_set_is_read_as_soon_as_the_tune_page_is_there(bench: PageBench, theme: ThemeSource) -> None:
    tools = TuneTools(theme, bench.state, bench.controller, bench.page.banners, bench.tasks)
    bench.built.append(tools.page)
    await bench.settled(SIZE)
    assert tools.page.measure_panel.record_button.isEnabled()
    bench.start()
    tools.refresh()
    assert not tools.page.measure_panel.record_button.isEnabled()


async def test_the_end_of_a_search_is_shown(bench: PageBench, theme: ThemeSource) -> None:
    prices = PriceKeeper(bench.state, bench.tasks)
    tools = CapacityTools(theme, bench.state, bench.controller, prices, bench.page.banners, bench.tasks)
    bench.built.append(tools.page)
    tools.searcher.search_sample()
    assert tools.searcher.searching
    bench.state.run.phase = Phase.STOPPING
    tools.refresh()
    assert tools.searcher.model.stopping
    tools.run_finished()
    assert not tools.searcher.searching


def test_the_window_builds_a_page_when_it_is_first_shown(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        assert (window.tune.built, window.capacity.built) == (None, None)
        for index, tools in ((TUNE, window.tune), (CAPACITY, window.capacity)):
            window.frame.show_page(index)
            assert tools.built is not None
            assert window.frame.stack.currentWidget() is tools.built.page
            assert tools.built.page.isVisible()

    stage(Supervisor, live)
