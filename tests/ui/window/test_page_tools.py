"""Pages with what works for them: built by being shown, and told of the runs that they began."""

from __future__ import annotations

from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.page_parts import PageParts
from flux_desktop.ui.window.page_tools import CapacityTools, TuneTools
from flux_desktop.ui.window.price_keeper import PriceKeeper
from flux_desktop.ui.window.trace_recorder import SIZE
from tests.ui.window.page_bench import PageBench


async def test_the_data_set_is_read_as_soon_as_the_tune_page_is_there(bench: PageBench, theme: ThemeSource) -> None:
    prices = PriceKeeper(bench.state, bench.tasks)
    tools = TuneTools(PageParts(theme, bench.state, bench.controller, prices, bench.page.banners, bench.tasks))
    bench.built.append(tools.page)
    await bench.settled(SIZE)
    assert tools.page.measure_panel.record_button.isEnabled()
    bench.start()
    tools.refresh()
    assert not tools.page.measure_panel.record_button.isEnabled()


async def test_the_end_of_a_search_is_shown(bench: PageBench, theme: ThemeSource) -> None:
    prices = PriceKeeper(bench.state, bench.tasks)
    tools = CapacityTools(PageParts(theme, bench.state, bench.controller, prices, bench.page.banners, bench.tasks))
    bench.built.append(tools.page)
    tools.searcher.search_sample()
    assert tools.searcher.searching
    bench.state.run.phase = RunPhase.STOPPING
    tools.refresh()
    assert tools.searcher.model.stopping
    tools.run_finished()
    assert not tools.searcher.searching
