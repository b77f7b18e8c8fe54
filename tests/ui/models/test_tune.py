"""State of the Tune page."""

from __future__ import annotations

from flux_desktop.flux import defaults
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.tune import TurnSetting


def test_a_setting_of_options_states_the_defaults_of_the_server() -> None:
    assert TurnSetting.of(FluxOptions()) == TurnSetting(defaults.EOT_THRESHOLD, None, defaults.EOT_TIMEOUT_MS)


def test_a_setting_replaces_the_turn_parameters_alone() -> None:
    before = FluxOptions(keyterms=("Norland",), eot_threshold=0.7, eager_eot_threshold=0.5)
    after = TurnSetting(0.8, None, 6_000).on(before)
    assert after == FluxOptions(keyterms=("Norland",), eot_threshold=0.8, eot_timeout_ms=6_000)


def test_a_setting_in_words() -> None:
    assert TurnSetting(0.82, 0.5, 5_000).words() == "0.82 · 0.50 · 5.0 s"
    assert TurnSetting(0.82, None, 500).words() == "0.82 · no eager · 0.5 s"
