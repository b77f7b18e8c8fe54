"""The connections of a ramp over time."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.load_curve import OPEN_ENDED_S, load_curve
from flux_desktop.ui.models.ramp import AT_ONCE, BATCHES, STAGES, Ramp

Curve = list[tuple[float, int]]


@pytest.mark.parametrize(
    ("ramp", "connections", "duration_s", "curve"),
    [
        (Ramp(way=AT_ONCE), 20, 30.0, [(0.0, 20), (30.0, 0)]),
        (Ramp(way=AT_ONCE), 20, 0.0, [(0.0, 20), (OPEN_ENDED_S, 0)]),
        (Ramp(way=BATCHES, batch_size=5, batch_delay_s=2), 12, 30.0, [(0.0, 5), (2.0, 10), (4.0, 12), (34.0, 0)]),
        (Ramp(way=BATCHES, batch_size=5, batch_delay_s=2), 10, 30.0, [(0.0, 5), (2.0, 10), (32.0, 0)]),
        (Ramp(way=STAGES, stages="10x30s,50x1m,5x10s"), 1, 0.0, [(0.0, 10), (30.0, 50), (90.0, 5), (100.0, 0)]),
        (Ramp(way=STAGES, stages="10x"), 1, 0.0, []),
    ],
)
def test_the_number_of_connections_changes_at_these_times(
    ramp: Ramp, connections: int, duration_s: float, curve: Curve
) -> None:
    assert load_curve(ramp, connections, duration_s) == curve
