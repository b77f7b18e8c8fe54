"""A run's capture: frames are encoded once, levels are emitted, a lost device is reported. The device is a fake."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.audio.encoding import encode
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.engine.sending import microphone_capture
from flux_desktop.engine.sending.microphone_capture import MicrophoneCapture
from flux_desktop.flux.options import FluxOptions

PCM = (np.sin(np.arange(1280) / 5) * 16_000).astype("<i2").tobytes()


class FakeDevice:
    """Takes the place of the `Microphone`; it offers 48 kHz alone."""

    def __init__(self, listener: MicrophoneCapture, *, device_index: int | None, sample_rate_hz: int, frame_s: float):
        self.listener = listener
        self.device_index, self.frame_s = device_index, frame_s
        self.sample_rate_hz = sample_rate_hz
        self.state = "closed"

    async def start(self) -> None:
        self.state, self.sample_rate_hz = "open", 48_000

    async def stop(self) -> None:
        self.state = "closed"


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[FakeDevice]:
    opened: list[FakeDevice] = []

    def fake(*arguments: object, **options: object) -> FakeDevice:
        opened.append(FakeDevice(*arguments, **options))  # type: ignore[arg-type]
        return opened[-1]

    monkeypatch.setattr(microphone_capture, "Microphone", fake)
    return opened


def capture(encoding: str = "linear16") -> tuple[MicrophoneCapture, list[Event]]:
    events: list[Event] = []
    plan = RunPlan(
        endpoint="e", source=MicrophoneSource(device_index=3), options=FluxOptions(encoding=encoding), chunk_s=0.04
    )
    return MicrophoneCapture(plan, events.append, lambda: 7.5), events


async def test_the_plan_gets_the_rate_of_the_device(devices: list[FakeDevice]) -> None:
    source, _ = capture()
    plan = await source.open()
    assert plan.options.sample_rate_hz == 48_000
    assert (devices[0].device_index, devices[0].frame_s, devices[0].state) == (3, 0.04, "open")
    await source.close()
    assert devices[0].state == "closed"


@pytest.mark.parametrize("encoding", ["linear16", "mulaw"])
def test_frames_are_handed_on_in_the_encoding_of_the_streams(devices: list[FakeDevice], encoding: str) -> None:
    source, events = capture(encoding)
    frames: list[tuple[bytes, float]] = []
    source.on_frame(PCM, 1.0)
    source.push = lambda chunk, captured_s: frames.append((chunk, captured_s))
    source.on_frame(PCM, 2.0)
    assert frames == [(encode(PCM, encoding), 2.0)]  # type: ignore[arg-type]
    levels = [event for event in events if isinstance(event, LevelMeasured)]
    assert [(level.t, level.is_silent) for level in levels] == [(7.5, False)] * 2
    assert levels[0].rms_dbfs == pytest.approx(-9.2, abs=0.2)


def test_a_lost_device_is_reported_to_the_person_and_to_the_streams(devices: list[FakeDevice]) -> None:
    source, events = capture()
    lost: list[str] = []
    source.on_lost(Problem(code="microphone_lost", what="It is lost."))
    source.on_lost_device = lambda: lost.append("lost")
    source.on_lost(Problem(code="microphone_lost", what="It is lost."))
    assert [event.problem.code for event in events if isinstance(event, Notice)] == ["microphone_lost"] * 2
    assert lost == ["lost"]
