"""Line noise: of the level asked for, in every encoding, and never the same chunk twice."""

from __future__ import annotations

import pytest

from flux_desktop.audio.encoding import decode
from flux_desktop.audio.levels import measure
from flux_desktop.engine.sending.line_noise import LineNoise
from flux_desktop.flux.defaults import Encoding


@pytest.mark.parametrize("encoding", ["linear16", "mulaw"])
def test_noise_has_its_level(encoding: Encoding) -> None:
    noise = LineNoise(-50.0, encoding)
    chunks = [noise.chunk(2560) for _ in range(20)]
    assert measure(decode(b"".join(chunks), encoding)).rms_dbfs == pytest.approx(-50, abs=1)
    assert len(set(chunks)) == 20
    assert {len(chunk) for chunk in chunks} == {2560}
