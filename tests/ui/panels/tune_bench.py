"""A model of the Tune page with a recording, for the tests of its panels."""

from __future__ import annotations

from flux_desktop.evaluation.thresholds.presets import PresetLimit
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune import TuneModel, details_of
from flux_desktop.ui.models.tune_curve import evaluated
from tests.ui.models import tuning

LIMITS = (PresetLimit("fast", 0.5), PresetLimit("balanced", 0.2), PresetLimit("patient", 0.001))


def recorded_model(setting: Setting | None = None, *, path: str = "") -> TuneModel:
    """A model at a setting, its details computed."""
    model = TuneModel()
    record(model, setting, path=path)
    return model


def record(model: TuneModel, setting: Setting | None = None, *, path: str = "") -> None:
    """Let a model take a recording of 40 clips, four of which have a long hold."""
    model.limits = LIMITS
    evaluation = evaluated(tuning.traces(long_holds=4, path=path), LIMITS)
    model.take(evaluation)
    if setting is not None:
        model.set_setting(setting)
    model.details = details_of(evaluation.table, model.setting, model.replayable_current)
