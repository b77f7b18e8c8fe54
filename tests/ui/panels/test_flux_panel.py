"""Flux parameters: every control sets its own, limits hold each other, and what a build rejects has no effect."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.flux.bundles import BUNDLES, LATEST
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import DEFAULT_OPTIONS
from flux_desktop.ui.models.live_parameters import FIELDS, FieldState
from flux_desktop.ui.models.plan_from_choices import MULTILINGUAL
from flux_desktop.ui.models.presets import PRESETS
from flux_desktop.ui.panels.flux_panel import FluxPanel

WITHOUT_FILTERS = next(build for build in BUNDLES.values() if build.offers("numerals") is False)


class Bench:
    """A panel, and how often a person changed something in it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.state = AppState()
        self.panel = FluxPanel(self.state)
        qtbot.addWidget(self.panel)
        self.changes = 0
        self.panel.changed.connect(self._count)

    def _count(self) -> None:
        self.changes += 1

    @property
    def options(self) -> FluxOptions:
        return self.state.choices.options

    def show(self, **changes: Any) -> None:
        """Choose other parameters from outside of the panel."""
        self.state.choices.options = msgspec.structs.replace(DEFAULT_OPTIONS, **changes)
        self.state.changed()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_it_begins_with_the_defaults_and_changes_nothing_by_itself(bench: Bench) -> None:
    assert (bench.options, bench.changes) == (DEFAULT_OPTIONS, 0)
    assert (bench.panel.eot.value, bench.panel.eager.value, bench.panel.timeout.value) == (0.7, None, 5.0)


def test_each_control_sets_its_own_parameter(bench: Bench) -> None:
    panel = bench.panel
    panel.eot.field.setValue(0.8)
    assert panel.eager.switch is not None
    panel.eager.switch.setChecked(True)
    panel.eager.field.setValue(0.45)
    panel.timeout.field.setValue(6.5)
    panel.filters["profanity_filter"].choice.setCurrentIndex(1)
    panel.filters["numerals"].choice.setCurrentIndex(2)
    panel.keyterms.field.setText("Deepgram")
    panel.keyterms.field.returnPressed.emit()
    panel.model.setCurrentText(MULTILINGUAL)
    assert bench.options == FluxOptions(
        model=MULTILINGUAL,
        eot_threshold=0.8,
        eager_eot_threshold=0.45,
        eot_timeout_ms=6_500,
        keyterms=("Deepgram",),
        profanity_filter=True,
        numerals=False,
    )
    assert bench.changes == 8


def test_parameters_from_outside_are_shown_and_not_reported(bench: Bench) -> None:
    bench.show(
        model=MULTILINGUAL,
        eot_threshold=0.85,
        eager_eot_threshold=0.4,
        eot_timeout_ms=7_000,
        keyterms=("a", "b"),
        language_hints=("de",),
        numerals=True,
    )
    panel = bench.panel
    assert panel.model.currentText() == MULTILINGUAL
    assert (panel.eot.value, panel.eager.value, panel.timeout.value) == (0.85, 0.4, 7.0)
    assert (panel.keyterms.terms, panel.hints.terms) == (("a", "b"), ("de",))
    assert panel.filters["numerals"].value is True
    assert not panel.filters_box.isHidden(), "filters that are set are seen"
    assert bench.changes == 0
    panel.eot.field.setValue(0.86)
    assert bench.options.language_hints == ("de",), "what was not touched stays"


def test_a_preset_sets_the_three_turn_parameters(bench: Bench) -> None:
    bench.show(keyterms=("a",), numerals=True)
    preset = next(preset for preset in PRESETS if preset.eager_eot_threshold is not None)
    bench.panel.use_preset(preset)
    chosen = bench.options
    assert (chosen.eot_threshold, chosen.eager_eot_threshold, chosen.eot_timeout_ms) == (
        preset.eot_threshold,
        preset.eager_eot_threshold,
        preset.eot_timeout_ms,
    )
    assert (chosen.keyterms, chosen.numerals, bench.changes) == (("a",), True, 1)
    bench.panel.use_preset(PRESETS[0])
    assert bench.options.eager_eot_threshold is None


def test_eager_never_exceeds_the_end_of_turn(bench: Bench) -> None:
    bench.show(eot_threshold=0.8, eager_eot_threshold=0.75)
    bench.panel.eot.field.setValue(0.6)
    assert bench.panel.eager.value == bench.options.eager_eot_threshold == 0.6
    bench.panel.eot.field.setValue(1.0)
    assert bench.panel.eager.field.maximum() == 0.9


def test_language_hints_are_offered_for_the_multilingual_model_and_otherwise_on_demand(bench: Bench) -> None:
    panel = bench.panel
    assert panel.hints.isHidden()
    panel.filters_button.click()
    assert not panel.hints.isHidden()
    panel.filters_button.click()
    assert panel.hints.isHidden()
    panel.model.setCurrentText(MULTILINGUAL)
    assert not panel.hints.isHidden()


def test_hints_with_an_english_model_are_kept_with_a_warning(bench: Bench) -> None:
    panel = bench.panel
    bench.show(model=MULTILINGUAL, language_hints=("de",))
    assert panel.hints_note.isHidden()
    panel.model.setCurrentText("flux-general-en")
    assert bench.options.language_hints == ("de",)
    assert not panel.hints.isHidden()
    assert not panel.hints_note.isHidden()


def test_what_the_build_rejects_keeps_its_choice(bench: Bench) -> None:
    bench.show(numerals=True)
    bench.panel.set_build(WITHOUT_FILTERS)
    assert not bench.panel.filters["numerals"].choice.isEnabled()
    bench.panel.eot.field.setValue(0.8)
    assert bench.options.numerals is True, "for a build that knows it"
    bench.panel.set_build(LATEST)
    assert bench.panel.filters["numerals"].choice.isEnabled()


def test_the_button_of_the_filters_counts_them(bench: Bench) -> None:
    plain = bench.panel.filters_button.text()
    bench.panel.filters_button.click()
    assert not bench.panel.filters_box.isHidden()
    bench.panel.filters["numerals"].choice.setCurrentIndex(1)
    assert "1" in bench.panel.filters_button.text()
    bench.panel.filters["numerals"].choice.setCurrentIndex(0)
    assert bench.panel.filters_button.text() == plain


def states(**changes: FieldState) -> dict[str, FieldState]:
    return {**{name: FieldState() for name in FIELDS}, **changes}


def test_states_stand_beside_their_controls(bench: Bench) -> None:
    shown = states(eot_threshold=FieldState("PENDING", "warn"), keyterms=FieldState("IN FORCE", "ok"))
    bench.panel.show_states(shown, reconnect=())
    assert bench.panel.eot.state.full_text() == "PENDING"
    assert bench.panel.eager.state.full_text() == ""
    assert (bench.panel.keyterm_state.text(), bench.panel.keyterm_state.property("role")) == ("IN FORCE", "ok")


@pytest.mark.parametrize(
    ("reconnect", "main", "of_filters"),
    [
        ((), False, False),
        (("keyterms",), True, False),
        (("numerals",), False, True),
        (("keyterms", "numerals"), True, True),
    ],
)
def test_reconnecting_is_offered_where_it_is_needed(
    bench: Bench, reconnect: tuple[str, ...], main: bool, of_filters: bool
) -> None:
    bench.panel.show_states(states(), reconnect=reconnect)
    assert bench.panel.reconnect_button.isHidden() is not main
    assert bench.panel.filters_box.reconnect_button.isHidden() is not of_filters


def test_an_explanation_and_a_retry_are_shown_while_there_is_one(bench: Bench) -> None:
    retries: list[None] = []
    bench.panel.retry_wanted.connect(lambda: retries.append(None))
    bench.panel.show_states(states(), reconnect=(), explanation="WHY", retry=True)
    assert (bench.panel.explanation.text(), bench.panel.explanation.isHidden()) == ("WHY", False)
    assert not bench.panel.retry_button.isHidden()
    bench.panel.retry_button.click()
    assert len(retries) == 1
    bench.panel.show_states(states(), reconnect=())
    assert bench.panel.explanation.isHidden()
    assert bench.panel.retry_button.isHidden()


def test_during_a_run_only_the_model_is_fixed(bench: Bench) -> None:
    bench.panel.set_locked(True)
    assert not bench.panel.model.isEnabled()
    assert bench.panel.eot.field.isEnabled()
    bench.panel.set_locked(False)
    assert bench.panel.model.isEnabled()


def test_where_room_is_scarce_keyterms_and_control_messages_are_shown_on_demand(bench: Bench) -> None:
    panel = bench.panel
    panel.set_compact(True)
    assert panel.keyterms.isHidden()
    assert not panel.controls.parentWidget().isHidden(), "keyterms are folded first"
    panel.send_fold.set_compact(True)
    assert panel.controls.parentWidget().isHidden()
    panel.keyterms_button.click()
    panel.send_button.click()
    assert not panel.keyterms.isHidden()
    assert not panel.controls.parentWidget().isHidden()
    panel.keyterms_button.click()
    panel.send_button.click()
    bench.panel.keyterms.set_terms(("Dashwood",))
    panel._edited()
    panel._show_parts()
    assert not panel.keyterms.isHidden(), "there are some"
    panel.set_compact(False)
    panel.send_fold.set_compact(False)
    assert not panel.controls.parentWidget().isHidden()
    assert panel.send_button.isHidden()
