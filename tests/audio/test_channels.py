"""The channels that can be chosen of a stereo recording: each is read, and they differ as they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flux_desktop.audio.channels import CHANNELS
from flux_desktop.audio.recording import open_recording
from tests.ui.models.test_sound import write_wav


def test_every_channel_can_be_read_from_a_stereo_recording(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", np.tile([8_000, 2_000], 1_600), channels=2)
    means = {
        channel: float(np.mean(np.concatenate(list(open_recording(path, channel).blocks(1_600)))))
        for channel in CHANNELS
    }
    assert {name: round(mean, -2) for name, mean in means.items()} == {"mix": 5_000, "left": 8_000, "right": 2_000}
