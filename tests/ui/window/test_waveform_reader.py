"""The waveform of a long recording is read after it was chosen, and damage in it is found then."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models import sound
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.window import recordings as recordings_module
from flux_desktop.ui.window import waveform_reader
from flux_desktop.ui.window.recordings import GROUP as READING
from flux_desktop.ui.window.recordings import Recordings
from flux_desktop.ui.window.waveform_reader import GROUP, WaveformReader
from tests.audio.containers.encoded import damaged, encoded
from tests.ui.models.test_sound import write_wav
from tests.ui.window.page_bench import PageBench


@pytest.fixture
def bar(bench: PageBench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> WorkBar:
    monkeypatch.setattr(sound, "DECODED_SAMPLES_MAX", 1000)
    bar = WorkBar("reading")
    qtbot.addWidget(bar)
    bench.reader = WaveformReader(bench.state, bench.tasks, bar)  # type: ignore[attr-defined]
    return bar


@pytest.fixture
def recordings(bench: PageBench) -> Recordings:
    return Recordings(bench.state, bench.tasks)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "long.wav", np.full(400_000, 8_000))


@pytest.fixture
def goes_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The waveform is read once this is set."""
    event = threading.Event()

    def read(*of: object) -> np.ndarray:
        assert event.wait(30)
        return sound.read_peaks(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(waveform_reader, "read_peaks", read)
    return event


async def test_the_recording_is_there_before_its_waveform(
    bench: PageBench, bar: WorkBar, recordings: Recordings, wav: Path, goes_on: threading.Event
) -> None:
    recordings.load(str(wav))
    await bench.settled(READING)
    shape = bench.state.recording
    assert shape is not None
    assert shape.duration_s == 25.0
    assert not len(shape.peaks)
    assert not bar.isHidden()
    goes_on.set()
    await bench.settled(GROUP)
    assert len(shape.peaks) == sound.BINS
    assert bench.state.recording is shape
    assert bar.isHidden()
    assert bench.problems == []


async def test_damage_that_is_found_then_withdraws_the_recording(
    bench: PageBench,
    bar: WorkBar,
    recordings: Recordings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    goes_on: threading.Event,
) -> None:
    monkeypatch.setattr(sound, "check_intact", lambda _: None)  # it had looked at the structure alone
    recordings.load(str(damaged(encoded(tmp_path, "a.flac"))))
    await bench.settled(READING)
    assert bench.state.recording is not None
    goes_on.set()
    await bench.settled(GROUP)
    assert bench.state.recording is None
    assert [problem.code for problem in bench.problems] == ["audio_unsupported"]


@pytest.mark.parametrize("ends_by", ["cancel", "another recording"])
async def test_the_reading_can_be_ended(
    bench: PageBench,
    bar: WorkBar,
    recordings: Recordings,
    wav: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends_by: str,
) -> None:
    turn, ended = threading.Event(), threading.Event()

    def read(path: Path, channel: str, on_progress: object) -> np.ndarray:
        while on_progress(0.5):  # type: ignore[operator]
            turn.wait(0.01)
        ended.set()
        return np.zeros(0)

    monkeypatch.setattr(waveform_reader, "read_peaks", read)
    recordings.load(str(wav))
    await bench.settled(READING)
    assert not bar.isHidden()
    if ends_by == "cancel":
        bar.cancel_button.click()
    else:
        monkeypatch.setattr(sound, "DECODED_SAMPLES_MAX", 10**9)
        recordings.load(str(write_wav(tmp_path / "two.wav", np.full(16_000, 8_000))))
        await bench.settled(READING)
    await bench.settled(GROUP)
    assert ended.wait(20)
    assert bar.isHidden()
    assert bench.state.recording is not None
    assert (bench.state.recording.path == wav) == (ends_by == "cancel")
    assert recordings_module.GROUP not in bench.tasks.running()
