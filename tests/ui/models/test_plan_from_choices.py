"""From choices to a plan: what the build rejects is left out, and everything chosen arrives."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan, WavSource
from flux_desktop.flux.bundles import BUNDLES, LATEST, UNKNOWN
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.choices import Choices
from flux_desktop.ui.models.plan_from_choices import MULTILINGUAL, plan_from_choices, supported_options
from flux_desktop.ui.models.ramp import BATCHES, STAGES, Ramp

OLD = next(build for build in BUNDLES.values() if build.offers("numerals") is False)
CHOSEN = FluxOptions(model=MULTILINGUAL, language_hints=("de",), profanity_filter=True, numerals=False)


def plan(choices: Choices | None = None, **changes: Any) -> RunPlan:
    arguments: dict[str, Any] = {
        "endpoint": "local",
        "access": (None, "us-east-1"),
        "options": FluxOptions(),
        **changes,
    }
    source = arguments.pop("source", WavSource(path="a.wav"))
    return plan_from_choices(choices or Choices(), source, **arguments)


@pytest.mark.parametrize("build", [LATEST, UNKNOWN], ids=["latest", "unknown"])
def test_what_is_not_known_to_be_rejected_stays(build: Any) -> None:
    assert supported_options(CHOSEN, build) == CHOSEN


def test_hints_that_the_build_rejects_are_left_out_for_the_model_that_was_asked() -> None:
    without = msgspec.structs.replace(LATEST, options=(LATEST.options or frozenset()) - {"language_hint"})
    assert supported_options(CHOSEN, without).language_hints == ()
    other = msgspec.structs.replace(without, models=frozenset({"flux-general-en"}))
    assert supported_options(CHOSEN, other).language_hints == ("de",), "another model says nothing of this one"


def test_what_the_build_rejects_is_left_to_the_server() -> None:
    options = supported_options(CHOSEN, OLD)
    assert (options.profanity_filter, options.numerals) == (None, None)
    assert options == msgspec.structs.replace(CHOSEN, profanity_filter=None, numerals=None)


def test_language_hints_go_to_whichever_model_is_chosen() -> None:
    english = msgspec.structs.replace(CHOSEN, model="flux-general-en")
    assert supported_options(english, LATEST).language_hints == ("de",), "a build may accept them"
    assert supported_options(CHOSEN, LATEST).language_hints == ("de",)


def test_every_choice_is_in_the_plan() -> None:
    options = FluxOptions(eot_threshold=0.8)
    run_plan = plan(
        Choices(connections=7, duration_s=12.0),
        endpoint="mine",
        access=("work", "eu-west-1"),
        options=options,
        source=MicrophoneSource(device_index=3),
    )
    assert (run_plan.endpoint, run_plan.profile, run_plan.region) == ("mine", "work", "eu-west-1")
    assert (run_plan.connections, run_plan.duration_s, run_plan.options) == (7, 12.0, options)
    assert run_plan.source == MicrophoneSource(device_index=3)


def test_no_duration_means_to_the_end_of_the_recording() -> None:
    assert plan(Choices(duration_s=0.0)).duration_s is None


def test_only_the_built_in_endpoint_gets_arguments() -> None:
    arguments = ("--fault", "bad-crc")
    assert plan(local_arguments=arguments).local_arguments == arguments
    assert plan(local_arguments=arguments, endpoint="mine").local_arguments == ()


def test_the_ramp_is_applied() -> None:
    assert plan(Choices(connections=7, ramp=Ramp(way=BATCHES, batch_size=2))).batch_size == 2
    assert plan(Choices(ramp=Ramp(way=STAGES, stages="3x5s"))).connections == 3


@pytest.mark.parametrize("ramp", [Ramp(way=STAGES, stages="many"), Ramp(limits="fast")], ids=["stages", "limits"])
def test_a_ramp_or_limit_that_cannot_be_read_is_a_problem(ramp: Ramp) -> None:
    with pytest.raises(ProblemError):
        plan(Choices(ramp=ramp))
