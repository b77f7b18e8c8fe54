"""Plans that begin on a common grid: streams leave together, and none of them earlier or later than its plan."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.file_sender import FileSender
from flux_desktop.engine.sending.pacing import GRIDS_S, grid_s, on_grid
from tests.engine.sending.memory_chunks import MemoryChunkSource


@pytest.mark.parametrize("grid", GRIDS_S)
@pytest.mark.parametrize("moment_s", [0.0, 0.0099, 0.01, 12.3456, 98765.4321])
def test_the_grid_is_never_before_the_moment(moment_s: float, grid: float) -> None:
    begin_s = on_grid(moment_s, grid)
    assert moment_s - 1e-9 <= begin_s < moment_s + grid + 1e-9
    assert begin_s / grid == pytest.approx(round(begin_s / grid), abs=1e-6)


@pytest.mark.parametrize(
    ("streams", "chunk_s", "expected_s"),
    [
        (1, 0.08, 0.01),
        (12, 0.08, 0.01),
        (13, 0.08, 0.04),
        (50, 0.08, 0.04),
        (51, 0.08, 0.02),
        (100, 0.08, 0.02),
        (101, 0.08, 0.01),
        (5000, 0.08, 0.01),
        (13, 0.02, 0.02),
        (13, 0.005, 0.01),
    ],
)
def test_many_leave_together_yet_at_most_25_where_the_grid_allows_it(
    streams: int, chunk_s: float, expected_s: float
) -> None:
    assert grid_s(streams, chunk_s) == expected_s


def test_a_sender_begins_on_the_grid_and_keeps_to_it() -> None:
    moments_s, timers = [100.0012], []
    sender = FileSender(
        RunPlan(endpoint="local", source=WavSource(path="unused")),
        MemoryChunkSource(bytes(2560 * 3), 2560, loop=False, limit_bytes=None),
        lambda: moments_s[0],
        Histogram(),
        silence_max_s=1.0,
        settled=lambda _: True,
        on_begin=lambda _started_s: None,
        on_audio_end=lambda: None,
        on_done=lambda: None,
        on_error=lambda _: None,
    )
    sink = SimpleNamespace(send_audio=lambda _: None)
    loop = SimpleNamespace(call_at=lambda moment_s, _: timers.append(moment_s) or SimpleNamespace(cancel=lambda: None))
    sender.start(sink, loop)
    assert sender.started_s == pytest.approx(100.01)
    assert timers == pytest.approx([100.09])
