"""What is checked of a plan's audio before a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.audio_source import prepared
from tests.audio.wav_bytes import data, fmt, riff


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    path = tmp_path / "talk.wav"
    path.write_bytes(riff(fmt(), data()))
    return RunPlan(endpoint="local", source=WavSource(path=str(path)))


def test_a_words_file_that_cannot_be_used_is_found_before_the_run(plan: RunPlan, tmp_path: Path) -> None:
    assert prepared(plan)[1] == []
    (tmp_path / "talk.words.json").write_text("{")
    with pytest.raises(ProblemError) as refused:
        prepared(plan)
    assert refused.value.problem.code == "words_unusable"


def test_samples_beyond_full_scale_are_noted(plan: RunPlan, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "talk.wav", np.full(1000, 1.5), 16_000, subtype="FLOAT")
    assert "1,000 of 1,000 samples (100.0 %) are beyond full scale" in prepared(plan)[1][-1]
