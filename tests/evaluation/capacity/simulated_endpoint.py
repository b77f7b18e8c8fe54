"""An endpoint with a known capacity for capacity searches, without streams or time."""

from __future__ import annotations

import random

from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import Measured, RungOutcome
from flux_desktop.evaluation.capacity.search import Rung, SearchSettings, next_rung

KINDS = ("smooth", "cliff", "refusing", "noisy", "hysteretic", "drifting", "scaling")
LIMIT = parse_criterion("wire_p95_ms<400")


class SimulatedEndpoint:
    """Latency rises with the third power of load and reaches the limit at `capacity`, with measuring noise.

    cliff: it jumps there; refusing: further streams are refused; hysteretic: after an overload only 70 % hold until a
    cool-down; drifting: the capacity shrinks by 0.2 % with each rung; scaling: it grows by half during the sixth.
    """

    def __init__(self, kind: str, capacity: int, seed: int) -> None:
        self.kind = kind
        self.first_capacity = self.capacity = float(capacity)
        self._rungs = 0
        self._overloaded = False
        self._random = random.Random(seed)

    def measure(self, rung: Rung) -> RungOutcome:
        """What a rung shows."""
        if self.kind == "drifting":
            self.capacity *= 0.998
        changes = self.kind == "scaling" and self._rungs == 5
        if changes:
            self.capacity *= 1.5
        self._rungs += 1
        self._overloaded = self._overloaded and not rung.cool_down
        holds = self.capacity * (0.7 if self.kind == "hysteretic" and self._overloaded else 1.0)
        self._overloaded = self._overloaded or rung.streams > holds
        refused = max(0, rung.streams - int(holds)) if self.kind == "refusing" else 0
        if self.kind in ("cliff", "refusing"):
            latency_ms = 2100.0 if rung.streams > holds and not refused else 80.0
        else:
            latency_ms = 400 * (rung.streams / holds) ** 3
        sigma, half_width = (0.05, 0.10) if self.kind == "noisy" else (0.017, 0.06)
        value_ms = latency_ms * (1 + self._random.gauss(0, sigma))
        spread_ms = latency_ms * half_width / rung.attempt**0.5
        figure = Measured(
            criterion=LIMIT,
            value_ms=value_ms,
            low_ms=value_ms - spread_ms,
            high_ms=value_ms + spread_ms,
            n=240 * rung.streams,
        )
        judgement = "INVALID" if changes else "FAIL" if refused else figure.judgement
        return RungOutcome(
            streams=rung.streams,
            judgement=judgement,
            approach=rung.approach,
            after_cool_down=rung.cool_down,
            attempt=rung.attempt,
            measured=(figure,),
            reason="" if judgement == "PASS" else f"{refused} streams were refused" if refused else "p95 is too high",
            connected=rung.streams - refused,
            refused=refused,
            instances_changed=changes,
        )


def search(endpoint: SimulatedEndpoint, settings: SearchSettings) -> tuple[Result, list[RungOutcome]]:
    """A whole search on such an endpoint."""
    history: list[RungOutcome] = []
    while isinstance(step := next_rung(history, settings), Rung):
        assert len(history) < 100, "the search does not end"
        history.append(endpoint.measure(step))
    return step, history


def rungs_to_bracket(history: list[RungOutcome]) -> int:
    """Rungs until the boundary was first measured again, longer attempts counted with the one that they repeat."""
    seen: set[int] = set()
    count = 0
    for outcome in history:
        if outcome.attempt > 1 or outcome.judgement == "INVALID":
            continue
        if outcome.streams in seen:
            break
        seen.add(outcome.streams)
        count += 1
    return count
