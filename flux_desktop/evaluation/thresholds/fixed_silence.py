"""Baseline: a detector that ends a turn after a fixed silence, computed from the reference turns and holds alone.

for point in fixed_silence(table): point.silence_ms, point.cut_share, point.wait_ms
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from flux_desktop.evaluation.traces.replay import ROUNDING
from flux_desktop.evaluation.traces.trace_table import TraceTable

SILENCES_MS = tuple(range(200, 3001, 100))


class BaselinePoint(Struct, frozen=True, kw_only=True):
    """A silence, the share of holds that it cuts off, and how long every speaker waits."""

    silence_ms: int
    holds: int
    holds_cut: int
    wait_ms: int

    @property
    def cut_share(self) -> float | None:
        """None without holds."""
        return self.holds_cut / self.holds if self.holds else None


def fixed_silence(table: TraceTable, silences_ms: Sequence[int] = SILENCES_MS) -> list[BaselinePoint]:
    """One point for each silence. As for settings, holds after the first cut-off of a turn are not judged."""
    exists = np.isfinite(table.hold_start)
    length_s = np.where(exists, table.hold_end, 0.0) - np.where(exists, table.hold_start, 0.0)
    points = []
    for silence_ms in silences_ms:
        cut = exists & (length_s >= silence_ms / 1000 - ROUNDING)
        cut_before = np.cumsum(cut, axis=1) - cut
        judged = exists & (cut_before == 0)
        points.append(
            BaselinePoint(
                silence_ms=silence_ms,
                holds=table.different(judged.sum(axis=1)),
                holds_cut=table.different((judged & cut).sum(axis=1)),
                wait_ms=silence_ms,
            )
        )
    return points
