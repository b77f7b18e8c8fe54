"""From the choices in the window to the plan of a run."""

from __future__ import annotations

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import RunPlan, Source
from flux_desktop.engine.sending.data_set_check import fresh_connections
from flux_desktop.flux.bundles import Bundle
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.choices import Choices

OPTIONAL = ("profanity_filter", "numerals")
"""Parameters that a build may reject; the stream ends when it does."""
MULTILINGUAL = "flux-general-multi"


def rejects(build: Bundle, name: str, model: str) -> bool:
    """Whether a build is known to reject a parameter of a model; what it does with another model says nothing."""
    return build.offers(name) is False and model in build.models


def supported_options(options: FluxOptions, build: Bundle) -> FluxOptions:
    """`options` without what the build is known to reject. Hints for an English model stay: a build may accept them."""
    rejected = {name: None for name in OPTIONAL if build.offers(name) is False}
    hints = () if rejects(build, "language_hint", options.model) else options.language_hints
    return msgspec.structs.replace(options, language_hints=hints, **rejected)


def on_fresh_connections(plan: RunPlan, clips: int) -> RunPlan:
    """The plan with a connection for each clip. Raises `ProblemError` for a ramp in stages."""
    if plan.stages:
        raise ProblemError(
            Problem(
                code="plan_invalid",
                what="A ramp in stages cannot be combined with a new connection for each clip.",
                why="A stage holds its connections for a stated time; such a connection ends with its clip.",
                todo="Choose another ramp, or another way to send the clips.",
            )
        )
    return fresh_connections(msgspec.structs.replace(plan, duration_s=None), clips)


def plan_from_choices(
    choices: Choices,
    source: Source,
    *,
    endpoint: str,
    access: tuple[str | None, str],
    options: FluxOptions,
    local_arguments: tuple[str, ...] = (),
) -> RunPlan:
    """A run as chosen.

    `access` is the profile (None for boto3's chain) and the region; `local_arguments` are for the built-in endpoint.
    Raises `ProblemError` where the ramp or a limit is invalid.
    """
    plan = RunPlan(
        endpoint=endpoint,
        profile=access[0],
        region=access[1],
        source=source,
        options=options,
        connections=choices.connections,
        duration_s=choices.duration_s or None,
    )
    if plan.is_local:
        plan = msgspec.structs.replace(plan, local_arguments=local_arguments)
    else:
        plan = msgspec.structs.replace(plan, observe_account=True)
    return choices.ramp.on(plan)
