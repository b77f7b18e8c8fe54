"""Ranges, cross-checks and what each server build takes."""

from __future__ import annotations

import math

import pytest

from flux_desktop.flux.bundles import ALL_OPTIONS, BUNDLES, UNKNOWN
from flux_desktop.flux.options import MODELS, FluxOptions, build_notes, contradictions, newer_build_notes, problems

CONTROL_NAMES = ("CloseStream", "Configure", "ForceEndTurn", "Finalize", "KeepAlive")


def codes(**fields: object) -> list[str]:
    return [problem.code for problem in problems(FluxOptions(**fields))]  # type: ignore[arg-type]


def test_the_defaults_are_fine() -> None:
    assert codes() == []
    assert FluxOptions().eot_threshold_in_force == 0.7
    assert FluxOptions().eot_timeout_ms_in_force == 5_000
    assert FluxOptions(eot_threshold=0.8, eot_timeout_ms=900).eot_threshold_in_force == 0.8
    assert FluxOptions(eot_threshold=0.8, eot_timeout_ms=900).eot_timeout_ms_in_force == 900


@pytest.mark.parametrize("value", [0.5, 0.7, 0.9, 1.0])
def test_eot_threshold_inside(value: float) -> None:
    assert codes(eot_threshold=value) == []


@pytest.mark.parametrize("value", [0.49, 1.01, -1, math.nan, math.inf])
def test_eot_threshold_outside(value: float) -> None:
    assert codes(eot_threshold=value) == ["option_out_of_range"]


@pytest.mark.parametrize("value", [0.3, 0.9])
def test_eager_inside(value: float) -> None:
    assert codes(eager_eot_threshold=value, eot_threshold=0.9) == []


@pytest.mark.parametrize("value", [0.29, 0.91, math.nan])
def test_eager_outside(value: float) -> None:
    assert "option_out_of_range" in codes(eager_eot_threshold=value, eot_threshold=1.0)


@pytest.mark.parametrize("value", [500, 60_000])
def test_timeout_inside(value: int) -> None:
    assert codes(eot_timeout_ms=value) == []


@pytest.mark.parametrize("value", [499, 60_001, 0, -5])
def test_timeout_outside(value: int) -> None:
    assert codes(eot_timeout_ms=value) == ["option_out_of_range"]


def test_eager_is_checked_against_the_threshold_in_force() -> None:
    assert codes(eager_eot_threshold=0.6, eot_threshold=0.6) == []
    assert codes(eager_eot_threshold=0.61, eot_threshold=0.6) == ["eager_above_eot"]
    assert codes(eager_eot_threshold=0.71) == ["eager_above_eot"], "the server's default of 0.7 holds"


def test_names_are_checked() -> None:
    assert codes(model="nova-3") == ["option_unknown"]
    assert codes(encoding="mp3") == ["option_unknown"]
    assert codes(sample_rate_hz=22_050) == ["option_unknown"]


def test_keyterms() -> None:
    assert codes(keyterms=("a",) * 100) == []
    assert codes(keyterms=("a",) * 101) == ["keyterms_too_many"]
    assert codes(keyterms=("x" * 100,)) == []
    assert codes(keyterms=("x" * 101,)) == ["keyterm_too_long"]
    assert codes(keyterms=("fine", "  ")) == ["keyterm_blank"]


def test_language_hints() -> None:
    assert codes(model="flux-general-multi", language_hints=("en", "pt-BR")) == []
    assert codes(model="flux-general-multi", language_hints=("en", "zz")) == ["hint_unknown"]
    assert codes(language_hints=("en",)) == ["hints_need_multi"]


def test_every_problem_tells_what_to_do() -> None:
    bad = FluxOptions(model="x", encoding="x", eot_threshold=9, eager_eot_threshold=8, keyterms=("",))
    option_problems = problems(bad)
    assert len(option_problems) == 5
    assert all(problem.todo.endswith(".") and problem.what.endswith(".") for problem in option_problems)


def test_only_what_no_build_accepts_is_a_contradiction() -> None:
    allowed = FluxOptions(model="flux-new", eot_threshold=0.4, eot_timeout_ms=100_000, language_hints=("en",))
    assert contradictions(allowed) == []
    assert len(build_notes(allowed)) == 5
    wrong = FluxOptions(eot_threshold=0.5, eager_eot_threshold=0.6, encoding="mp3", keyterms=("",))
    assert {each.code for each in contradictions(wrong)} == {"eager_above_eot", "option_unknown", "keyterm_blank"}
    assert [each.code for each in contradictions(FluxOptions(eot_threshold=1.2))] == ["option_out_of_range"]


def test_newer_build_notes() -> None:
    assert newer_build_notes(FluxOptions(eot_threshold=0.9, eot_timeout_ms=10_000)) == []
    notes = newer_build_notes(FluxOptions(eot_threshold=0.95, eot_timeout_ms=10_001))
    assert notes == [
        "eot_threshold 0.95 is above 0.9, which only newer builds accept.",
        "eot_timeout_ms 10001 is above 10000, which only newer builds accept.",
    ]


# Build: Configure, ForceEndTurn, Finalize, KeepAlive; then the highest threshold and timeout.
KNOWN_BUILDS = {
    "latest": (True, True, False, False, 1.0, 60_000),
    "flux-multi-20260417": (True, False, False, False, 0.9, 10_000),
    "flux-english-20260311": (False, False, False, False, 0.9, 10_000),
    "permissive": (True, True, True, True, 1.0, 60_000),
}


def test_all_known_builds_are_listed() -> None:
    assert set(BUNDLES) == set(KNOWN_BUILDS)


@pytest.mark.parametrize("name", KNOWN_BUILDS)
def test_build_takes_what_is_documented(name: str) -> None:
    bundle = BUNDLES[name]
    controls = tuple(bundle.takes(control) for control in ("Configure", "ForceEndTurn", "Finalize", "KeepAlive"))
    assert (*controls, bundle.eot_threshold_max, bundle.eot_timeout_ms_max) == KNOWN_BUILDS[name]
    assert bundle.takes("CloseStream") is True
    assert set(bundle.controls) == set(CONTROL_NAMES)
    assert bundle.models <= set(MODELS)
    assert bundle.takes("Dance") is None


def test_older_builds_refuse_newer_parameters() -> None:
    for name in ("flux-multi-20260417", "flux-english-20260311"):
        options = BUNDLES[name].options
        assert options is not None
        assert options.isdisjoint({"profanity_filter", "numerals"})
        assert {"keyterm", "eager_eot_threshold"} <= options
        assert not BUNDLES[name].sends_trigger
    assert "language_hint" not in (BUNDLES["flux-english-20260311"].options or ())
    assert BUNDLES["latest"].options == ALL_OPTIONS


def test_of_an_unknown_build_only_closing_is_known() -> None:
    assert UNKNOWN.takes("CloseStream") is True
    assert all(UNKNOWN.takes(control) is None for control in set(CONTROL_NAMES) - {"CloseStream"})
    assert UNKNOWN.options is None
