"""Capture from a real, virtual microphone: frames, levels, loss; and the sentences where there is none."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio import microphone as module
from flux_desktop.audio.devices import input_devices
from flux_desktop.audio.levels import measure
from flux_desktop.audio.microphone import Microphone
from flux_desktop.audio.portaudio import opening_problem
from flux_desktop.base.problem import Problem, ProblemError
from tests.audio.virtual_microphone import VirtualMicrophone, missing_parts, virtual_microphone
from tests.waiting import PATIENCE_S

needs_sound_server = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    with virtual_microphone(monkeypatch) as running:
        yield running


class Recorder:
    def __init__(self) -> None:
        self.frames: list[tuple[bytes, float]] = []
        self.lost: list[Problem] = []
        self._changed = asyncio.Event()

    def on_frame(self, pcm: bytes, captured_s: float) -> None:
        self.frames.append((pcm, captured_s))
        self._changed.set()

    def on_lost(self, problem: Problem) -> None:
        self.lost.append(problem)
        self._changed.set()

    async def until(self, condition: Callable[[], object], limit_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(limit_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


def tone(folder: Path) -> Path:
    """Five seconds of a 440 Hz sine at -6 dBFS."""
    path = folder / "tone.wav"
    samples = (np.sin(np.arange(80_000) * 2 * np.pi * 440 / 16000) * 16384).astype("<i2").tobytes()
    head = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    head += (16000).to_bytes(4, "little") + (32000).to_bytes(4, "little") + b"\x02\x00\x10\x00data"
    path.write_bytes(head + len(samples).to_bytes(4, "little") + samples)
    return path


@needs_sound_server
async def test_frames_come_at_their_pace_and_carry_the_sound(sound_server: VirtualMicrophone, tmp_path: Path) -> None:
    recorder = Recorder()
    microphone = Microphone(recorder)
    began_s = time.monotonic()
    await microphone.start()
    player = sound_server.play(tone(tmp_path))
    try:
        await recorder.until(lambda: recorder.frames and measure(recorder.frames[-1][0]).rms_dbfs > -12)
        first = len(recorder.frames)
        await recorder.until(lambda: len(recorder.frames) >= first + 10)
    finally:
        player.kill()
        player.wait()
        await microphone.stop()
    frames = recorder.frames[first : first + 10]
    assert microphone.sample_rate_hz == 16000
    assert {len(pcm) for pcm, _ in frames} == {2560}
    captured_s = [at_s for _, at_s in frames]
    assert captured_s == sorted(captured_s)
    assert began_s < captured_s[0] < captured_s[-1] < time.monotonic()
    # No faster than real time, but for what was waiting in the device's own buffer.
    assert 0.08 * len(recorder.frames) < captured_s[-1] - began_s + 0.7
    # On a busy machine the player may leave gaps.
    assert max(measure(pcm).rms_dbfs for pcm, _ in frames) == pytest.approx(-9.0, abs=1.5)
    assert microphone.dropped_frames == 0
    frame_count = len(recorder.frames)
    await asyncio.sleep(0)
    assert len(recorder.frames) == frame_count
    assert not recorder.lost


@needs_sound_server
async def test_lost_device_is_noticed(sound_server: VirtualMicrophone) -> None:
    recorder = Recorder()
    microphone = Microphone(recorder)
    await microphone.start()
    await recorder.until(lambda: recorder.frames)
    sound_server.stand_still(True)
    await recorder.until(lambda: recorder.lost)
    assert recorder.lost[0].code == "microphone_lost"
    sound_server.stand_still(False)
    await microphone.stop()
    assert len(recorder.lost) == 1


@needs_sound_server
async def test_slow_loop_loses_the_oldest_frames_only(
    sound_server: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE_S", 0.24)
    recorder = Recorder()
    microphone = Microphone(recorder)
    await microphone.start()
    await recorder.until(lambda: recorder.frames)
    limit_s = time.monotonic() + PATIENCE_S
    while len(microphone._queue) < 5 and time.monotonic() < limit_s:  # the loop is meant to be blocked
        time.sleep(0.01)  # noqa: ASYNC251
    await recorder.until(lambda: microphone.dropped_frames)
    await microphone.stop()
    times = [captured_s for _, captured_s in recorder.frames]
    assert times == sorted(times)


@needs_sound_server
async def test_devices_are_listed(sound_server: VirtualMicrophone) -> None:
    devices = await input_devices()
    assert {"pulse", "default"} <= {device.name for device in devices}
    assert devices[0].is_default
    assert all(device.channels > 0 for device in devices)


@needs_sound_server
async def test_device_by_number_and_unusual_rate(sound_server: VirtualMicrophone) -> None:
    pulse = next(device for device in await input_devices() if device.name == "pulse")
    recorder = Recorder()
    microphone = Microphone(recorder, device_index=pulse.index, sample_rate_hz=48000, frame_s=0.04)
    await microphone.start()
    await recorder.until(lambda: recorder.frames)
    await microphone.stop()
    assert len(recorder.frames[0][0]) == round(48000 * 0.04) * 2


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA's null device")
async def test_a_device_without_a_pace_is_held_to_real_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".asoundrc").write_text("pcm.nullmic { type null }\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    nullmic = next(device for device in await input_devices() if device.name == "nullmic")
    recorder = Recorder()
    microphone = Microphone(recorder, device_index=nullmic.index)
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    await microphone.start()
    await recorder.until(lambda: recorder.frames and time.monotonic() - began_s > 1.5)
    heard_s, cpu_s = len(recorder.frames) * 0.08, time.process_time() - began_cpu_s
    await microphone.stop()
    passed_s = time.monotonic() - began_s
    assert heard_s < 1.05 * passed_s + 0.7
    assert cpu_s < 0.6 * passed_s
    assert not recorder.lost


async def test_a_number_that_no_device_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ProblemError) as caught:
        await Microphone(Recorder(), device_index=4711).start()
    assert caught.value.problem.code == "microphone_unknown"
    assert "4711" in caught.value.problem.what


async def test_no_microphone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    microphone = Microphone(Recorder())
    with pytest.raises(ProblemError) as caught:
        await microphone.start()
    assert caught.value.problem.code in ("microphone_missing", "microphone_failed", "microphone_busy")
    await microphone.stop()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(-9996, "Invalid device"), "microphone_missing"),
        (OSError("No Default Input Device Available"), "microphone_missing"),
        (OSError(-9985, "Device unavailable"), "microphone_busy"),
        (OSError(-9997, "Invalid sample rate"), "microphone_format"),
        (ValueError("Invalid number of channels", -9998), "microphone_format"),
        (OSError(-9999, "Unanticipated host error"), "microphone_failed"),
    ],
)
def test_errors_of_portaudio(error: Exception, code: str) -> None:
    problem = opening_problem(error, "“desk”")
    assert problem.code == code
    assert problem.todo


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "print('no list')", "import os; os._exit(1)"])
async def test_list_that_cannot_be_had(program: str) -> None:
    with pytest.raises(ProblemError) as caught:
        await input_devices(limit_s=1.0, command=(sys.executable, "-c", program))
    assert caught.value.problem.code == "microphones_unknown"
