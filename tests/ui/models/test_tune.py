"""State of the Tune page: the setting, the presets, and what a recording can answer for."""

from __future__ import annotations

import pytest

from flux_desktop.evaluation.thresholds.presets import PresetLimit
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.flux import defaults
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.tune import TuneModel, details_of, setting_of, with_setting
from flux_desktop.ui.models.tune_curve import evaluated, with_limits
from tests.ui.models import tuning


@pytest.fixture
def model() -> TuneModel:
    model = TuneModel()
    model.limits = (PresetLimit("fast", 0.5), PresetLimit("balanced", 0.2), PresetLimit("patient", 0.001))
    model.take(evaluated(tuning.traces(), model.limits))
    return model


def test_a_setting_of_options_states_the_defaults_of_the_server() -> None:
    expected = Setting(eot=defaults.EOT_THRESHOLD, eager=None, timeout_ms=defaults.EOT_TIMEOUT_MS)
    assert setting_of(FluxOptions()) == expected


def test_a_setting_replaces_the_turn_parameters_alone() -> None:
    before = FluxOptions(keyterms=("Norland",), eot_threshold=0.7, eager_eot_threshold=0.5)
    after = with_setting(before, Setting(eot=0.8, eager=None, timeout_ms=6_000))
    assert after == FluxOptions(keyterms=("Norland",), eot_threshold=0.8, eot_timeout_ms=6_000)


def test_a_recording_is_shown_at_its_balanced_preset(model: TuneModel) -> None:
    assert model.presets[1].setting is not None
    assert model.setting == model.presets[1].setting
    assert model.point is not None
    assert model.current_point is not None


def test_another_setting_leaves_the_preset(model: TuneModel) -> None:
    model.set_setting(Setting(eot=0.83))
    assert model.selected is None
    assert model.point is not None
    assert model.point.setting == Setting(eot=0.83)
    chosen = model.presets[0].setting
    assert chosen is not None
    model.set_setting(chosen)
    assert model.selected == 0


def test_a_preset_that_the_data_does_not_decide_changes_no_setting(model: TuneModel) -> None:
    before = model.setting
    model.choose_preset(2)
    assert model.selected == 2
    assert model.setting == before


def test_a_limit_leads_to_another_setting(model: TuneModel) -> None:
    assert model.evaluation is not None
    model.choose_preset(2)
    model.set_limit(2, 0.5)
    model.take_presets(with_limits(model.evaluation, model.limits))
    assert model.setting == model.presets[2].setting == model.presets[0].setting


def test_steps_go_along_the_best_settings_and_stop_at_their_ends(model: TuneModel) -> None:
    assert model.evaluation is not None
    best = [point.setting for point in model.evaluation.best]
    model.set_setting(Setting(eager=None))
    model.choose_nearest(0.0)
    assert model.setting == best[0]
    model.step(-1)
    assert model.setting == best[0]
    for _ in best:
        model.step(1)
    assert model.setting == best[-1]


def test_eager_stays_while_the_curve_is_followed_and_never_passes_the_threshold(model: TuneModel) -> None:
    model.set_setting(Setting(eot=0.9, eager=0.88))
    model.choose_nearest(1.0)
    assert model.setting.eager == min(0.88, model.setting.eot)


def test_beyond_the_recording_nothing_is_said() -> None:
    model = TuneModel()
    model.set_current(Setting(eot=0.8))
    model.take(evaluated(tuning.traces(setting=Setting(eot=0.7, timeout_ms=3000))))
    assert model.replayable_current is None
    assert model.current_point is None
    model.set_setting(Setting(eot=0.9, timeout_ms=5000))
    assert model.setting == Setting(eot=0.7, timeout_ms=3000)


def test_details_are_stale_until_they_belong_to_the_setting(model: TuneModel) -> None:
    assert model.evaluation is not None
    assert model.details_are_stale
    model.details = details_of(model.evaluation.table, model.setting, model.replayable_current)
    assert not model.details_are_stale
    model.set_current(Setting(eot=0.66))
    assert model.details_are_stale


def test_nothing_is_stale_without_a_recording() -> None:
    model = TuneModel()
    assert not model.details_are_stale
    model.step(1)
    model.choose_nearest(0.5)
    model.choose_preset(0)
    assert model.point is None
