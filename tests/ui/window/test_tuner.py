"""The Tune page's values become those of Live and of the run in progress."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.engine.records.commands import SetParameters
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune_curve import Evaluation, evaluated
from flux_desktop.ui.window.live_controls import LiveControls
from flux_desktop.ui.window.tuner import DETAILS, EXPORT, PRESETS, Tuner
from tests.ui.models import tuning
from tests.ui.panels.tune_bench import LIMITS
from tests.ui.window.page_bench import PageBench


async def test_the_values_are_set_on_live(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    panel = bench.tune_page.setting_panel
    assert not panel.use_button.isEnabled(), "these are the values of Live"
    assert "0.70" in panel.eot.state.full_text()
    panel.eot.field.setValue(0.82)
    assert bench.state.choices.options.eot_threshold != 0.82, "looking at a value uses it nowhere"
    assert "run in progress" not in panel.effect.text()
    panel.use_button.click()
    assert bench.page.flux_panel.eot.value == 0.82
    assert not panel.use_button.isEnabled()
    assert "0.82" in panel.eot.state.full_text()
    del tuner


async def test_a_run_in_progress_gets_the_values(bench: PageBench) -> None:
    tuner, controls = (
        Tuner(bench.state, bench.tune_page, bench.tasks),
        LiveControls(bench.state, bench.page, bench.controller),
    )
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
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    bench.page.flux_panel.eot.field.setValue(0.61)
    panel = bench.tune_page.setting_panel
    assert "0.61" in panel.eot.state.full_text()
    assert panel.eot.value != 0.61, "the value being looked at stays"
    del tuner


def recorded(bench: PageBench, tuner: Tuner) -> Evaluation:
    evaluation = evaluated(tuning.traces(long_holds=4), LIMITS)
    tuner.model.limits = LIMITS
    tuner.show(evaluation)
    return evaluation


async def test_a_control_moves_the_handle_at_once_and_the_figures_follow(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    recorded(bench, tuner)
    await bench.settled(DETAILS)
    page = bench.tune_page
    page.setting_panel.eot.field.setValue(0.6)
    assert page.curve_panel.curve._handle.pos().x() == pytest.approx(10.0)
    await bench.settled(DETAILS)
    assert tuner.model.details is not None
    assert tuner.model.details.setting == tuner.model.setting
    assert page.turns_panel.tabs.tabText(0) == "Cut off 4"
    assert page.figures_panel._cells[0][1].text() == "10.0 %"


async def test_fast_moves_end_at_the_newest_setting(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    recorded(bench, tuner)
    for hundredths in range(60, 90):
        bench.tune_page.setting_panel.eot.field.setValue(hundredths / 100)
    assert len(bench.tasks.running(DETAILS)) == 1
    await bench.settled(DETAILS)
    assert tuner.model.details is not None
    assert tuner.model.details.setting.eot == 0.89


async def test_the_handle_and_the_cards_move_the_controls(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    evaluation = recorded(bench, tuner)
    page = bench.tune_page
    page.curve_panel.curve.point_dragged.emit(0.0)
    assert page.setting_panel.eot.value == evaluation.best[0].setting.eot
    page.curve_panel.curve.stepped.emit(1)
    assert page.setting_panel.eot.value == evaluation.best[1].setting.eot
    page.preset_cards.chosen.emit(0)
    setting = evaluation.presets[0].setting
    assert setting is not None
    assert page.setting_panel.setting == setting
    await bench.settled(DETAILS)


async def test_a_limit_leads_to_another_preset(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    recorded(bench, tuner)
    assert tuner.model.presets[2].setting is None
    bench.tune_page.preset_cards.cards[2].limit.setValue(50.0)
    await bench.settled(PRESETS)
    setting = tuner.model.presets[2].setting
    assert setting is not None
    assert bench.tune_page.setting_panel.setting == setting
    await bench.settled(DETAILS)


async def test_a_recording_of_a_lower_threshold_narrows_the_controls(bench: PageBench) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    tuner.show(evaluated(tuning.traces(setting=Setting(eot=0.7, timeout_ms=3000))))
    panel = bench.tune_page.setting_panel
    panel.eot.field.setValue(0.9)
    assert panel.eot.value == 0.7
    assert "0.70" in panel.bounds.text()
    assert not panel.bounds.isHidden()
    await bench.settled(DETAILS)


async def test_the_turns_are_exported_as_a_table(bench: PageBench, tmp_path: Path) -> None:
    tuner = Tuner(bench.state, bench.tune_page, bench.tasks)
    tuner.export_turns(tmp_path / "nothing.csv")
    recorded(bench, tuner)
    tuner.set_setting(Setting(eot=0.6))
    tuner.export_turns(tmp_path / "turns.csv")
    await bench.settled(EXPORT)
    head, *rows = (tmp_path / "turns.csv").read_text("utf-8").splitlines()
    assert head.startswith("outcome,clip")
    assert sum(row.startswith("cut off,") for row in rows) == 4
    assert not (tmp_path / "nothing.csv").exists()
    tuner.export_turns(tmp_path / "missing" / "turns.csv")
    await bench.settled(EXPORT)
    assert bench.problems[-1].code == "file_not_written"
    await bench.settled(DETAILS)
