"""A load ramp as data: how many connections are held at once, step by step, and the schedule of each of them."""

from __future__ import annotations

import re

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.flux.defaults import RUN_MAX_S

_UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600}
_STAGE = re.compile(r"\s*(\d+)\s*x\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", re.ASCII)


STREAMS_MAX = 10_000
"""More than any one machine can carry: a typing error, not a plan."""


class Stage(Struct, frozen=True):
    """`connections` held at once for `duration_s` seconds."""

    connections: int
    duration_s: float


class Slot(Struct, frozen=True):
    """When one connection opens, in seconds after the run's start, and how long it lasts."""

    start_s: float
    duration_s: float


def parse_stages(text: str) -> tuple[Stage, ...]:
    """Read ``10x30s,50x60s,100x2m``; raises `ProblemError` for anything else."""
    stages = []
    for part in text.split(","):
        match = _STAGE.fullmatch(part)
        if match is None or float(match[2]) <= 0:
            raise ProblemError(
                Problem(
                    code="stages_invalid",
                    what=f"The stage “{part.strip()}” cannot be read.",
                    todo="Write connections, an x and a time above 0, for example 10x30s,50x60s,100x2m.",
                )
            )
        stages.append(Stage(int(match[1]), float(match[2]) * _UNIT_S[match[3]]))
    if max(stage.connections for stage in stages) > STREAMS_MAX:
        raise ProblemError(
            Problem(
                code="stages_invalid",
                what=f"A stage has more than {STREAMS_MAX} connections.",
                todo="Use fewer, and distribute larger loads over several machines.",
            )
        )
    if sum(stage.duration_s for stage in stages) > RUN_MAX_S:
        raise ProblemError(
            Problem(
                code="stages_invalid",
                what="The stages last longer than 30 days.",
                todo="Shorten them; s, m and h stand for seconds, minutes and hours.",
            )
        )
    if not any(stage.connections for stage in stages):
        raise ProblemError(
            Problem(
                code="stages_invalid",
                what="No stage has any connection.",
                todo="Give at least one stage one connection or more.",
            )
        )
    return tuple(stages)


def batched(connections: int, size: int, delay_s: float, held_s: float | None) -> tuple[Stage, ...]:
    """Batches as stages, so that `held_s` counts from the last batch and all connections are held for that long.

    Empty for a single batch, or without a time: then each connection lasts as long as its audio.
    """
    if not (0 < size < connections <= STREAMS_MAX and delay_s > 0 and held_s is not None and held_s > 0):
        return ()
    return (*(Stage(held, delay_s) for held in range(size, connections, size)), Stage(connections, held_s))


def slots(stages: tuple[Stage, ...]) -> list[Slot]:
    """The schedule of every connection of a ramp, in order of opening.

    Where a stage has more connections than the one before, the missing ones open at its start; where it has fewer,
    those that opened last end there. An ended connection does not come back: a later rise opens new ones, so that
    there can be more slots than connections at any one time.
    """
    lives: list[Slot] = []
    held: list[int] = []
    now_s = 0.0
    for stage in stages:
        while len(held) > stage.connections:
            _end(lives, held.pop(), now_s)
        while len(held) < stage.connections:
            held.append(len(lives))
            lives.append(Slot(now_s, 0.0))
        now_s += stage.duration_s
    for index in held:
        _end(lives, index, now_s)
    return lives


def _end(lives: list[Slot], index: int, now_s: float) -> None:
    start_s = lives[index].start_s
    lives[index] = Slot(start_s, now_s - start_s)
