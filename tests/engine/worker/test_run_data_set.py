"""A run with a data set, through real workers and the real local endpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from flux_desktop.engine.records.events import ClipStarted
from flux_desktop.engine.records.plan import DataSetSource, RunPlan


async def test_each_connection_sends_its_own_clips(driver, tmp_path: Path):
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.wav", "b.flac", "c.wav", "d.flac"):
        soundfile.write(folder / name, np.full(8_000, 100, np.int16), 16_000)
    plan = RunPlan(
        endpoint="local",
        source=DataSetSource(path=str(folder), seed=3),
        connections=2,
        local_arguments=("--recogniser", "silent"),
    )
    ended = await driver.supervisor.run(plan)
    assert sum(ended.ledger.values()) == 2
    clips = driver.of(ClipStarted)
    assert sorted(Path(event.clip).name for event in clips) == ["a.wav", "b.flac", "c.wav", "d.flac"]
    assert {event.conn for event in clips} == {1, 2}
    assert {event.audio_s for event in clips} == {0.0, 2.5}
