"""Which sound output is opened, at which rate, over a stand-in for PortAudio's module."""

from __future__ import annotations

from typing import Any

import pytest

from flux_desktop.audio import portaudio
from flux_desktop.audio.devices import list_now
from flux_desktop.audio.output_device import output_device
from flux_desktop.base.problem import ProblemError

DEVICES: list[dict[str, Any]] = [
    {"index": 0, "name": "Desk", "maxInputChannels": 1, "maxOutputChannels": 0, "defaultSampleRate": 48_000.0},
    {"index": 1, "name": "Desk", "maxInputChannels": 0, "maxOutputChannels": 2, "defaultSampleRate": 44_100.0},
    *(
        {
            "index": index,
            "name": "Headphones",
            "hostApi": host_api,
            "maxInputChannels": 1,
            "maxOutputChannels": 2,
            "defaultSampleRate": 44_100.0,
        }
        for index, host_api in ((2, 0), (3, 1), (4, 1))
    ),
]


class FakeAudio:
    """PortAudio's module and its object in one: an output that supports its own rate alone."""

    paInt16 = 8  # noqa: N815 - as PyAudio names it

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.options: dict[str, Any] = {}
        self.fails = False

    def PyAudio(self) -> FakeAudio:
        return self

    def get_default_output_device_info(self) -> dict[str, Any]:
        raise OSError("No Default Output Device Available")

    def get_default_input_device_info(self) -> dict[str, Any]:
        return DEVICES[0]

    def get_host_api_info_by_index(self, index: int) -> dict[str, Any]:
        return {"name": ("MME", "Windows WASAPI")[index]}

    def get_device_count(self) -> int:
        return len(DEVICES)

    def get_device_info_by_index(self, index: int) -> dict[str, Any]:
        return DEVICES[index]

    def is_format_supported(self, rate_hz: int, **_: Any) -> bool:
        if rate_hz != 44_100:
            raise ValueError("Invalid sample rate", -9997)
        return True

    def open(self, **options: Any) -> FakeAudio:
        if self.fails:
            raise OSError(-9985, "Device unavailable")
        self.options = options
        return self

    def close(self) -> None:
        self.calls.append("close")

    def terminate(self) -> None:
        self.calls.append("terminate")


@pytest.fixture
def audio(monkeypatch: pytest.MonkeyPatch) -> FakeAudio:
    fake = FakeAudio()
    monkeypatch.setattr(portaudio, "load", lambda: fake)
    return fake


def test_an_output_is_opened_at_a_rate_that_it_supports(audio: FakeAudio) -> None:
    with output_device("Desk", 16_000) as device:
        device.open_stream(frames_per_buffer=64)
        assert (device.name, device.sample_rate_hz) == ("Desk", 44_100)
    assert (audio.options["output_device_index"], audio.options["rate"]) == (1, 44_100)
    assert audio.options["frames_per_buffer"] == 64
    assert audio.calls == ["close", "terminate"]


def test_devices_of_one_name_are_told_apart_and_each_can_be_opened(audio: FakeAudio) -> None:
    equal = ["Headphones (MME)", "Headphones (Windows WASAPI)", "Headphones (Windows WASAPI) 2"]
    inputs, outputs = list_now()
    assert [each.name for each in inputs] == [each.name for each in outputs] == ["Desk", *equal]
    with output_device(equal[1], 44_100) as device:
        device.open_stream()
    assert audio.options["output_device_index"] == 3


@pytest.mark.parametrize(("name", "code"), [("Headset", "sound_output_missing"), ("", "no_sound_output")])
def test_an_output_that_is_not_there_is_a_problem(audio: FakeAudio, name: str, code: str) -> None:
    with pytest.raises(ProblemError) as missing, output_device(name, 16_000):
        pass
    assert missing.value.problem.code == code
    assert audio.calls == ["terminate"]


def test_an_output_that_cannot_be_opened_is_a_problem(audio: FakeAudio) -> None:
    audio.fails = True
    with pytest.raises(ProblemError) as failed, output_device("Desk", 44_100) as device:
        device.open_stream()
    assert failed.value.problem.code == "no_sound_output"
    assert audio.calls == ["terminate"]
