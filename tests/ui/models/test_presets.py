"""Documented sets of turn parameters: each can be sent to Flux as it is, and its line shows its figures."""

from __future__ import annotations

import pytest

from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.ui.models.choices import DEFAULT_OPTIONS
from flux_desktop.ui.models.presets import PRESETS, ParameterSet


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_valid_for_flux(preset: ParameterSet) -> None:
    options = FluxOptions(
        eot_threshold=preset.eot_threshold,
        eager_eot_threshold=preset.eager_eot_threshold,
        eot_timeout_ms=preset.eot_timeout_ms,
    )
    assert problems(options) == []


def test_the_first_preset_restores_the_defaults_of_the_window() -> None:
    first = PRESETS[0]
    assert first.eot_threshold == DEFAULT_OPTIONS.eot_threshold
    assert first.eager_eot_threshold is DEFAULT_OPTIONS.eager_eot_threshold is None
    assert first.eot_timeout_ms == DEFAULT_OPTIONS.eot_timeout_ms


def test_names_are_unique() -> None:
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)


def test_the_line_has_the_name_and_every_figure() -> None:
    with_eager = ParameterSet("Mine", 0.85, 0.4, 7_500).sentence()
    assert with_eager.startswith("Mine")
    for figure in ("0.85", "0.40", "7.5 s"):
        assert figure in with_eager
    without = ParameterSet("Mine", 0.85, None, 7_000).sentence()
    assert "7 s" in without
    assert "0.40" not in without
    assert without != with_eager.replace("7.5 s", "7 s"), "it shows that eager is off"
