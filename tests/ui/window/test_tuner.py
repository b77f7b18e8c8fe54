"""The Tune page's values become those of Live and of the run in progress."""

from __future__ import annotations

from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.ui.window.live_controls import LiveControls
from flux_desktop.ui.window.tuner import Tuner
from tests.ui.window.page_bench import PageBench


async def test_the_values_are_set_on_live(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page)
    panel = bench.tune_page.setting_panel
    panel.eot.field.setValue(0.82)
    assert bench.state.choices.options.eot_threshold != 0.82, "looking at a value uses it nowhere"
    assert "run in progress" not in panel.effect.text()
    panel.use_button.click()
    assert bench.page.flux_panel.eot.value == 0.82
    assert not panel.use_button.isEnabled()
    assert "0.82" in panel.eot.state.full_text()
    del tuner


async def test_a_run_in_progress_gets_the_values(bench: PageBench) -> None:
    tuner, controls = Tuner(bench.state, bench.tune_page), LiveControls(bench.state, bench.page, bench.controller)
    panel = bench.tune_page.setting_panel
    engine = bench.start()
    bench.state.changed()
    assert "run in progress" in panel.effect.text()
    panel.eager.switch.setChecked(True)  # type: ignore[union-attr]
    panel.use_button.click()
    controls.refresh()
    sent = [command for command in engine.commands if isinstance(command, SetParameters)]
    assert [command.options.eager_eot_threshold for command in sent] == [0.5]
    assert sorted(sent[0].connections) == [1, 2]
    del tuner


async def test_changes_on_live_are_shown_beside_the_controls(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page)
    bench.page.flux_panel.eot.field.setValue(0.61)
    panel = bench.tune_page.setting_panel
    assert "0.61" in panel.eot.state.full_text()
    assert panel.eot.value != 0.61, "the value being looked at stays"
    del tuner
