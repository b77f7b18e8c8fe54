"""A ramp of load as data: how many streams are held at once, step by step, and what that means for each stream."""

from __future__ import annotations

import re

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError

_UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600}
_STAGE = re.compile(r"\s*(\d+)\s*x\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", re.ASCII)


STREAMS_MAX = 10_000
"""More than any one machine can hold: a slip of the finger, and not a plan."""


class Stage(Struct, frozen=True):
    """`connections` streams held at once for `duration_s` seconds."""

    connections: int
    duration_s: float


class Slot(Struct, frozen=True):
    """When one stream opens, in seconds after the run's start, and how long it lives."""

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
                    todo="Write streams, an x and a time above 0, such as 10x30s,50x60s,100x2m.",
                )
            )
        stages.append(Stage(int(match[1]), float(match[2]) * _UNIT_S[match[3]]))
    if max(stage.connections for stage in stages) > STREAMS_MAX:
        raise ProblemError(
            Problem(
                code="stages_invalid",
                what=f"A stage holds more than {STREAMS_MAX} streams.",
                todo="Choose fewer, and share larger loads out over several machines.",
            )
        )
    if not any(stage.connections for stage in stages):
        raise ProblemError(
            Problem(code="stages_invalid", what="No stage holds any stream.", todo="Give one stage at least 1 stream.")
        )
    return tuple(stages)


def batched(connections: int, size: int, delay_s: float, held_s: float | None) -> tuple[Stage, ...]:
    """Batches as stages, so that `held_s` counts from the last batch on and all streams are held for that long.

    Nothing where there is but one batch, or where no time is set: then each stream lives as long as its audio.
    """
    if not (0 < size < connections <= STREAMS_MAX and delay_s > 0 and held_s is not None and held_s > 0):
        return ()
    return (*(Stage(held, delay_s) for held in range(size, connections, size)), Stage(connections, held_s))


def slots(stages: tuple[Stage, ...]) -> list[Slot]:
    """The life of every stream of a ramp, in order of opening.

    Where a stage holds more streams than the one before, the missing ones open at its start; where it holds
    fewer, those that opened last end there. A stream that has ended does not come back: a later rise opens
    new ones, so that there can be more slots than streams at any one time.
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
