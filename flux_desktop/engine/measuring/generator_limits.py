"""Limits of the load generator: how late and how busy this machine may be before a run's figures say nothing."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

from msgspec import Struct

from flux_desktop.engine.records.facts import Percentiles, Verdict
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS

FACTOR_VARIABLE = "FLUX_DESKTOP_GENERATOR_LIMITS_FACTOR"
"""Environment variable: a number by which every limit is multiplied. For tests, whose verdicts must not depend on what
else the machine is doing; a run under changed limits says so in its notes."""


class GeneratorLimits(Struct, frozen=True):
    """The largest values at which a run is not INVALID."""

    pacing_p99_ms: float = PACING_P99_MAX_MS
    loop_lag_p99_ms: float = 40.0
    loop_lag_max_ms: float = 500.0
    """One stall this long falsifies every latency measured around it, however long the run is."""
    cpu_percent: float = 90.0
    answer_s: float = 2.0
    """A generator of a cluster, or an engine process of several, answered no later: its live figures were no older, and
    it was not busy otherwise."""

    def scaled(self, factor: float) -> GeneratorLimits:
        """Every limit multiplied by a factor."""
        return GeneratorLimits(*(getattr(self, name) * factor for name in self.__struct_fields__))

    def judge(self, pacing: Percentiles, loop_lag: Percentiles, cpu_percent: float | None) -> tuple[Verdict, list[str]]:
        """DONE, or INVALID with the reasons why the measuring machine itself was the bottleneck."""
        reasons = []
        if (pacing.p99_ms or 0) > self.pacing_p99_ms:
            reasons.append(
                f"audio was sent late: pacing error p99 {_above(pacing.p99_ms, self.pacing_p99_ms)} ms, "
                f"allowed {self.pacing_p99_ms:.0f} ms"
            )
        if (loop_lag.p99_ms or 0) > self.loop_lag_p99_ms:
            reasons.append(
                f"the engine was late: event-loop lag p99 {_above(loop_lag.p99_ms, self.loop_lag_p99_ms)} ms, "
                f"allowed {self.loop_lag_p99_ms:.0f} ms"
            )
        elif (loop_lag.max_ms or 0) > self.loop_lag_max_ms:
            stalled_ms = _above(loop_lag.max_ms, self.loop_lag_max_ms)
            reasons.append(f"the engine stalled for {stalled_ms} ms, allowed {self.loop_lag_max_ms:.0f} ms")
        if (cpu_percent or 0) > self.cpu_percent:
            used_percent = _above(cpu_percent, self.cpu_percent)
            reasons.append(f"the engine used {used_percent} % of a CPU core, allowed {self.cpu_percent:.0f} %")
        return (Verdict.INVALID if reasons else Verdict.DONE), reasons

    def late_answer(self, generator: str, longest_s: float) -> str:
        """Why a generator of a cluster was late, by the longest time without its answer; empty if it was not."""
        if longest_s <= self.answer_s:
            return ""
        silent_s = _above(longest_s, self.answer_s, 1)
        return f"generator {generator} did not answer for {silent_s} s, allowed {self.answer_s:g} s"

    def late_report(self, longest_s: float) -> str:
        """Why an engine process of several was late, by the longest time without its report; empty if it was not."""
        if longest_s <= self.answer_s:
            return ""
        return (
            f"an engine process did not report for {_above(longest_s, self.answer_s, 1)} s, allowed {self.answer_s:g} s"
        )

    def notes(self) -> list[str]:
        """What a person must know who reads a verdict by these limits; empty for the usual ones."""
        usual = GeneratorLimits()
        if self == usual:
            return []
        factor = self.pacing_p99_ms / usual.pacing_p99_ms
        return [
            f"{FACTOR_VARIABLE} multiplies the limits for this machine by {factor:g}: "
            "the verdict does not show whether the figures can be trusted."
        ]


def generator_limits(environ: Mapping[str, str] = os.environ) -> GeneratorLimits:
    """The usual limits, or as `FACTOR_VARIABLE` scales them; a value that is no positive number is ignored."""
    try:
        factor = float(environ.get(FACTOR_VARIABLE, ""))
    except ValueError:
        return GeneratorLimits()
    return GeneratorLimits().scaled(factor) if factor > 0 and math.isfinite(factor) else GeneratorLimits()


def _above(value: float | None, limit: float, decimals: int = 0) -> str:
    """A value above its limit, with the decimals that show that it is."""
    value = value or 0.0
    texts = (f"{value:.{count}f}" for count in range(decimals, decimals + 4))
    return next((text for text in texts if float(text) > limit), f"{value}")
