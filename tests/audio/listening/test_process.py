"""The listening process on a virtual output: what is heard is the recording, when it is due; and without an output."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.devices import output_devices
from flux_desktop.audio.listening.client import CRASHED, MODULE, ListeningProcess
from flux_desktop.audio.listening.output import lost
from flux_desktop.audio.listening.process import LOST_AFTER_S
from flux_desktop.audio.listening.protocol import Hear, ListeningReport, Volume
from flux_desktop.audio.listening.tape import Segment
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from tests.audio.monitor import RATE_HZ, Match, Monitor, match
from tests.audio.virtual_microphone import VirtualMicrophone, missing_parts, virtual_microphone
from tests.waiting import PATIENCE_S

SAMPLE = resource_path(SAMPLE_RECORDING)
needs_sound_server = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    with virtual_microphone(monkeypatch) as running:
        yield running


def matches(monitor: Monitor, zero_s: float) -> list[Match]:
    """Every second of what was heard, compared with the recording."""
    wav = np.frombuffer(open_recording(SAMPLE).pcm(), "<i2")
    origin_s, sound = monitor.captured()
    comparisons = [
        match(sound[at : at + RATE_HZ], origin_s + at / RATE_HZ, wav, zero_s)
        for at in range(0, len(sound) - RATE_HZ, RATE_HZ // 4)
    ]
    return [one for one in comparisons if one is not None]


async def until_heard(listening: ListeningProcess, monitor: Monitor, zero_s: float) -> Match:
    """Listen until a whole second of the recording was heard where it is due."""
    ends_s = time.monotonic() + PATIENCE_S
    async with aclosing(listening.reports()) as reports:
        async for report in reports:
            assert report.problem is None
            best = max(matches(monitor, zero_s), default=None) if report.position_s is not None else None
            if best is not None and best.correlation > 0.9 and abs(best.late_ms) < 50:
                return best
            assert time.monotonic() < ends_s, f"heard best: {best}"
    pytest.fail("the process ended")


@needs_sound_server
async def test_what_is_heard_is_the_recording_at_the_moment_of_the_plan(sound_server: VirtualMicrophone) -> None:
    monitor = Monitor()
    try:
        zero_s = time.monotonic() - 3.0
        listening = ListeningProcess(RATE_HZ)
        listening.send(Hear(segments=[Segment(path=str(SAMPLE), at_s=0.0, repeats=True)], zero_s=zero_s))
        listening.send(Volume(gain=0.5))
        best = await until_heard(listening, monitor, zero_s)
    finally:
        monitor.close()
    assert best.correlation > 0.9
    assert abs(best.late_ms) < 50


@needs_sound_server
async def test_outputs_are_listed_and_can_be_chosen(sound_server: VirtualMicrophone) -> None:
    outputs = await output_devices()
    assert {"pulse", "default"} <= {output.name for output in outputs}
    assert outputs[0].is_default
    assert await first_report(ListeningProcess(RATE_HZ, "pulse")) == "pulse"


async def first_report(listening: ListeningProcess) -> str:
    async with aclosing(listening.reports()) as reports:
        async for report in reports:
            assert report.problem is None
            return report.device
    return ""


@needs_sound_server
async def test_an_output_that_takes_no_more_sound_is_lost(sound_server: VirtualMicrophone) -> None:
    last = ListeningReport()
    async with aclosing(ListeningProcess(RATE_HZ).reports()) as reports:
        async for last in reports:
            if not last.is_over:
                sound_server.stand_still_sink(True)
    assert last.is_over
    assert last.problem == lost("default")
    assert LOST_AFTER_S > 2


async def test_an_output_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", str(tmp_path / "none"))
    async with aclosing(ListeningProcess(RATE_HZ, "Kitchen radio").reports()) as reports:
        problems = [report.problem async for report in reports if report.is_over]
    assert [problem.code for problem in problems if problem] == ["sound_output_missing"]


async def test_a_process_that_crashes_is_told() -> None:
    command = [sys.executable, "-c", "print('chatter'); raise SystemExit(3)"]
    async with aclosing(ListeningProcess(RATE_HZ, command=command).reports()) as reports:
        assert [report.problem async for report in reports] == [CRASHED]
    assert MODULE == "flux_desktop.audio.listening.process"
