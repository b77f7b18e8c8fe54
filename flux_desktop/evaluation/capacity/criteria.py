"""Limits that a capacity search holds an endpoint to, such as ``wire_p95_ms<400``.

Only latencies that load moves can be limited: those of Updates and the delivery of ends of turn. The whole end of turn
depends on thresholds and on the speaker, so a limit on it would measure neither.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError

Figure = Literal["wire", "update", "end_delivery"]
"""Update latency from the send of the audio (wire) or from its planned time, and the delivery of ends of turn."""
FIGURES: dict[str, Figure] = {
    "wire": "wire",
    "update_wire": "wire",
    "update": "update",
    "end_delivery": "end_delivery",
}
"""Accepted names and the figure that each of them means."""
LABELS: dict[Figure, str] = {
    "wire": "Update latency (wire clock)",
    "update": "Update latency (user clock)",
    "end_delivery": "end-of-turn delivery",
}
DEFAULT_TEXT = "wire_p95_ms<400"

_CRITERION = re.compile(r"\s*([a-z_]+?)_p(50|90|95|99)(?:_ms)?\s*<=?\s*(\d+(?:\.\d+)?)\s*(ms|s|)\s*", re.ASCII)


class Criterion(Struct, frozen=True):
    """Percentile `percent` of `figure` must stay below `below_ms`."""

    figure: Figure
    percent: int
    below_ms: float

    @property
    def name(self) -> str:
        """As in results and in the limits of ordinary runs: ``wire_p95_ms``."""
        return f"{self.figure}_p{self.percent}_ms"

    @property
    def label(self) -> str:
        """For sentences: ``Update latency (wire clock) p95``."""
        return f"{LABELS[self.figure]} p{self.percent}"

    def __str__(self) -> str:
        return f"{self.name}<{self.below_ms:g}"


def parse_criterion(text: str) -> Criterion:
    """Parse one limit of a capacity search; raises `ProblemError` (limit_invalid)."""
    match = _CRITERION.fullmatch(text)
    if match is None:
        raise _invalid(text, "", f"Write a figure, < and milliseconds, for example {DEFAULT_TEXT}.")
    name, percent, number, unit = match.groups()
    if name not in FIGURES:
        why = ""
        if name in {"end_of_turn", "end_decision", "start_of_turn", "first_transcript"}:
            why = f"{name} depends on thresholds and on the speaker more than on load."
        raise _invalid(text, why, f"Limit one of {', '.join(FIGURES)}, for example {DEFAULT_TEXT}.")
    below_ms = float(number) * (1000 if unit == "s" else 1)
    if below_ms <= 0:
        raise _invalid(text, "", "The limit must be above 0 ms.")
    return Criterion(FIGURES[name], int(percent), below_ms)


def _invalid(text: str, why: str, todo: str) -> ProblemError:
    return ProblemError(
        Problem(code="limit_invalid", what=f"The capacity limit “{text}” cannot be used.", why=why, todo=todo)
    )
